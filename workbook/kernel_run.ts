/**
 * What a kernel remembers from one run of its notebook to the next: the engines to dispose of.
 *
 * @module
 */
import { subscribe } from "node:diagnostics_channel";
import { settledWithin } from "../lib/base/within.ts";
import { channels } from "../lib/engine/channels.ts";
import type { ConnectError } from "../lib/engine/errors.ts";
import { cancelOnInterrupt } from "./interrupts.ts";
import { explainHolders, recordKernel } from "./kernels.ts";
import { OpenEngines } from "./open_engines.ts";
import { runningKernel } from "./show/display.ts";

/** What to do before the next run, besides disposing of engines. */
const deferred: (() => unknown)[] = [];

/** Has a function called before the next run: for what has connections and is no engine. */
export function defer(end: () => unknown): void {
  deferred.push(end);
}

/** Milliseconds for such a function. */
const DEFERRED_LIMIT = 2_000;

/** The run of this kernel; none before the first set-up. */
let run: { readonly first: string; readonly engines: OpenEngines; readonly write: () => void } | undefined;

/**
 * Begins a run: disposes of the engines that the last one created. The first set-up of a kernel starts everything over,
 * another one, as for a second schema, only what followed itself.
 *
 * @param schema the schema of the set-up.
 * @param notebook its number.
 */
export async function beginRun(schema: string, notebook: string): Promise<void> {
  run ??= start(schema, notebook);
  const ends = deferred.splice(0).map(async (end) => await end());
  await Promise.all(ends.map((ended) => settledWithin(DEFERRED_LIMIT, ended)));
  await run.engines.dispose(schema === run.first ? undefined : schema);
  run.engines.beginAt(schema);
  run.write();
}

function start(first: string, notebook: string) {
  const engines = new OpenEngines();
  if (!runningKernel()) return { first, engines, write: () => {} };
  cancelOnInterrupt(() => engines.cancel());
  const { write } = recordKernel(notebook, () => engines.connections);
  subscribe(channels.refused, (error) => {
    if ((error as ConnectError).sqlstate === "53300") void sayHolders(write);
  });
  return { first, engines, write };
}

/** True while a message is being written: connections of one pool are refused together. */
let isTelling = false;

/** Shows below the cell who holds the connections. */
async function sayHolders(write: () => void): Promise<void> {
  if (isTelling) return;
  isTelling = true;
  write();
  console.error(await explainHolders());
  isTelling = false;
}
