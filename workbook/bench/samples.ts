/**
 * Samples of cold measurements: one number per contestant and round.
 *
 * @module
 */
import type { OperationResult } from "../bench_record.ts";
import { summarize as summarizeSamples } from "../compare.ts";
import { summarize } from "./summary.ts";

/** Samples by contestant, one list per round. */
export class Samples {
  readonly #byName = new Map<string, number[][]>();
  readonly #names: readonly string[];

  /** @param names in display order. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  add(name: string, value: number): void {
    this.#byName.getOrInsertComputed(name, () => []).push([value]);
  }

  /** Compares the contestants. */
  result(about: Pick<OperationResult, "name" | "title" | "reference" | "delay">): OperationResult {
    const names = this.#names.filter((name) => this.#byName.has(name));
    const measured = summarizeSamples(new Map(names.map((name) => [name, this.#byName.get(name)!])));
    return { ...about, rounds: measured[0].medians.length, lines: summarize(measured, about.reference) };
  }
}
