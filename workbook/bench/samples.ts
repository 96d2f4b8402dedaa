/**
 * What was measured from new beginnings, one number for a contestant in a round.
 *
 * @module
 */
import type { OperationResult } from "../bench_record.ts";
import { summarize as summarizeSamples } from "../compare.ts";
import { summarize } from "./summary.ts";

/** Numbers of each contestant, a list for each round. */
export class Samples {
  readonly #byName = new Map<string, number[][]>();
  readonly #names: readonly string[];

  /** @param names in the order in which they are shown. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  add(name: string, value: number): void {
    this.#byName.getOrInsertComputed(name, () => []).push([value]);
  }

  /** Compares them. */
  result(about: Pick<OperationResult, "name" | "title" | "reference" | "delay">): OperationResult {
    const names = this.#names.filter((name) => this.#byName.has(name));
    const measured = summarizeSamples(new Map(names.map((name) => [name, this.#byName.get(name)!])));
    return { ...about, rounds: measured[0].medians.length, lines: summarize(measured, about.reference) };
  }
}
