/**
 * Timed first cell of a fresh kernel, run by `kernels.ts`.
 *
 * @module
 */
import type { Settings } from "./contestant.ts";
import { contestants } from "./contestants/mod.ts";
import { marked } from "./marked.ts";

/** Timings of a start. */
export interface KernelStart {
  readonly label: string;
  readonly name: string;
  /** Milliseconds until the contestant's libraries were imported, and until the first row. */
  readonly importTime: number;
  readonly firstRowTime: number;
  /** The first row. */
  readonly value: unknown;
}

/** Imports a contestant, connects, and gets a row by key. */
export async function start(label: string, settings: Settings): Promise<KernelStart> {
  const begun = performance.now();
  const contestant = await contestants[label]();
  const imported = performance.now();
  const opened = await contestant.open(settings);
  const value = await opened.tasks["get-autocommit"]!();
  const ended = performance.now();
  await opened.close();
  const { name } = contestant;
  return { label, name, importTime: imported - begun, firstRowTime: ended - begun, value: marked(value) };
}
