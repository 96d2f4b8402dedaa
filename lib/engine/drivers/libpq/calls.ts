/**
 * The calls that wait for the server, and the two ways to make them. What a connection does is written once, as a
 * generator that yields each call's answer; whoever runs it either has the answer at once or awaits it.
 *
 * @module
 */
import type { Libpq } from "./symbols.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Pointers = BigUint64Array<ArrayBuffer>;

/** What a call gives: the address of a connection or a result, or a promise of one. */
export type Answer = Deno.PointerValue | void | Promise<Deno.PointerValue | void>;

/** Work that makes calls: yields their answers, is given the addresses, returns what came of it. */
export type Work<T> = Generator<Answer, T, Deno.PointerValue>;

/** The calls that wait for the server. The memory they are given must stay as it is until they are answered. */
export interface Calls {
  connect(keywords: Pointers, values: Pointers): Answer;
  /** Closes a connection and opens it anew. */
  reset(connection: Deno.PointerValue): Answer;
  /** Runs statements without parameters. */
  exec(connection: Deno.PointerValue, sql: Bytes): Answer;
  execParams(connection: Deno.PointerValue, sql: Bytes, count: number, values: Pointers): Answer;
  prepare(connection: Deno.PointerValue, name: Bytes, sql: Bytes): Answer;
  execPrepared(connection: Deno.PointerValue, name: Bytes, count: number, values: Pointers): Answer;
}

/**
 * The format of results. Binary was measured: one row takes as long; 1,000 rows of uuid, text, timestamptz and integers
 * take 1.2 times as long, because each value's length has to be asked for and its memory viewed.
 */
export const TEXT = 0;

/** The thread that calls waits: nothing else runs on it. */
export function blockingCalls(pq: Libpq): Calls {
  return {
    connect: (keywords, values) => pq.PQconnectdbParams(keywords, values, 0),
    reset: (connection) => pq.PQreset(connection),
    exec: (connection, sql) => pq.PQexec(connection, sql),
    execParams: (connection, sql, count, values) =>
      pq.PQexecParams(connection, sql, count, null, values, null, null, TEXT),
    prepare: (connection, name, sql) => pq.PQprepare(connection, name, sql, 0, null),
    execPrepared: (connection, name, count, values) =>
      pq.PQexecPrepared(connection, name, count, values, null, null, TEXT),
  };
}

/** A thread of Deno's pool waits; ours goes on. */
export function callsOnThreads(pq: Libpq): Calls {
  return {
    connect: (keywords, values) => pq.PQconnectdbParamsOnThread(keywords, values, 0),
    reset: (connection) => pq.PQresetOnThread(connection),
    exec: (connection, sql) => pq.PQexecOnThread(connection, sql),
    execParams: (connection, sql, count, values) =>
      pq.PQexecParamsOnThread(connection, sql, count, null, values, null, null, TEXT),
    prepare: (connection, name, sql) => pq.PQprepareOnThread(connection, name, sql, 0, null),
    execPrepared: (connection, name, count, values) =>
      pq.PQexecPreparedOnThread(connection, name, count, values, null, null, TEXT),
  };
}

/** Runs work whose calls block. */
export function runBlocking<T>(work: Work<T>): T {
  let step = work.next();
  while (!step.done) step = work.next(step.value as Deno.PointerValue);
  return step.value;
}

/** Runs work whose calls wait on other threads. */
export async function runOnThreads<T>(work: Work<T>): Promise<T> {
  let step = work.next();
  while (!step.done) step = work.next(await step.value as Deno.PointerValue);
  return step.value;
}
