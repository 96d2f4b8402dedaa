/**
 * Measurements that need a fresh process: import time, time to the first row, and memory of a long stream. Each round
 * restarts every contestant, in turns.
 *
 * @module
 */
import type { Settings } from "./contestant.ts";
import type { Fixture } from "./fixture.ts";
import { schema } from "./fixture.ts";
import { operations, seedStream } from "./operations.ts";
import { peakMemory } from "./peak_memory.ts";
import { ContestantError, type RemoteContestant } from "./remote.ts";
import type { OperationResult } from "../bench_record.ts";
import { turns } from "../compare.ts";
import { stream } from "./rows.ts";
import { Samples } from "./samples.ts";

/** Cold operations with their titles. */
export const coldOperations = {
  "import": "import: the libraries used, in a new process",
  "first-query": "the first row by key: import, connect and get, in a new process",
  "import-kernel": "import: the same in a new Jupyter kernel, precompiled and without type checking",
  "first-query-kernel": "the first row by key: the same in a new Jupyter kernel",
  "stream": `read ${stream.rows.toLocaleString("en-US")} rows as a stream, ${stream.batch} at a time, in a new process`,
} as const;
export type ColdName = keyof typeof coldOperations;

/** The contestant the ratios refer to. */
export const reference = "pg, named";

/** Options of a cold measurement. */
export interface ColdOptions {
  /** Maximum number of rounds. */
  readonly rounds: number;
  /** Time after which no further round starts, in milliseconds. */
  readonly limit: number;
  readonly url: string;
  readonly delay: number;
  readonly stop: AbortSignal;
  onProgress(message: string): void;
}

/** Measures `import` and `first-query`, both from one start of a process. */
export async function measureStarts(
  contestants: readonly RemoteContestant[],
  fixture: Fixture,
  options: ColdOptions,
): Promise<OperationResult[]> {
  const { check } = operations.find(({ name }) => name === "get-autocommit")!;
  const names = contestants.map(({ name }) => name);
  const imports = new Samples(names);
  const firsts = new Samples(names);
  await inTurns(contestants, options, "get-autocommit", async (fresh) => {
    const opening = fresh.lastTime;
    const wrong = await check(await fresh.once("get-autocommit"), fixture.client);
    if (wrong) throw new ContestantError(fresh.name, `fails its first get: ${wrong}.`);
    imports.add(fresh.name, fresh.importTime);
    firsts.add(fresh.name, fresh.importTime + opening + fresh.lastTime);
  });
  return [result("import", imports, options), result("first-query", firsts, options)];
}

/** Measures `stream`: its duration, and the peak memory of the process above its initial memory. */
export async function measureStream(
  contestants: readonly RemoteContestant[],
  fixture: Fixture,
  options: ColdOptions,
): Promise<OperationResult> {
  options.onProgress(`inserting ${stream.rows.toLocaleString("en-US")} rows`);
  await fixture.client.query(seedStream);
  const times = new Samples(contestants.map(({ name }) => name));
  const memory = new Map<string, number>();
  await inTurns(contestants, options, "stream", async (fresh) => {
    const peak = await peakMemory(fresh.pid);
    const { rows, sum } = await fresh.once("stream") as { rows: number; sum: number };
    if (rows !== stream.rows || sum !== stream.rows * (stream.rows + 1) / 2) {
      throw new ContestantError(
        fresh.name,
        `does not stream correctly: it returned ${rows} rows with an id sum of ${sum}.`,
      );
    }
    times.add(fresh.name, fresh.lastTime);
    const megabytes = await peak?.();
    if (megabytes !== undefined) memory.set(fresh.name, Math.max(megabytes, memory.get(fresh.name) ?? 0));
  });
  return { ...result("stream", times, options), ...(memory.size > 0 ? { memory: Object.fromEntries(memory) } : {}) };
}

/**
 * Restarts each contestant in every round and opens its connection; contestants that lack the operation are skipped.
 */
async function inTurns(
  contestants: readonly RemoteContestant[],
  { rounds, limit, url, stop, onProgress }: ColdOptions,
  operation: "get-autocommit" | "stream",
  measure: (fresh: RemoteContestant) => Promise<void>,
): Promise<void> {
  const settings: Settings = { url, schema, connections: 1 };
  let able = contestants.filter(({ isChecked }) => isChecked);
  const started = performance.now();
  for (let round = 0; round < rounds && (round === 0 || performance.now() - started < limit); round++) {
    for (const contestant of turns(able, round)) {
      stop.throwIfAborted();
      onProgress(`round ${round + 1} of ${rounds}, ${contestant.name}`);
      await using fresh = await contestant.fresh();
      if ((await fresh.open(settings)).has(operation)) await measure(fresh);
      else able = able.filter((each) => each !== contestant);
    }
  }
}

function result(name: ColdName, samples: Samples, { delay }: ColdOptions): OperationResult {
  return samples.result({ name, title: coldOperations[name], reference, delay });
}
