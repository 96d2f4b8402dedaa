/**
 * Closed and open loop. In the closed loop each user waits for the response before the next request: slow responses
 * slow the users down. In the open loop requests are sent on schedule, regardless of the responses.
 *
 * @module
 */
import { PreciseTimer } from "../network/precise_timer.ts";
import { type Answer, type HttpConnection, NoAnswerError } from "./http_connection.ts";
import { isGood, type Measurement } from "./measurement.ts";
import { type Exchange, type NextTask, type Random, REQUESTS_PER_TASK } from "./workload.ts";

/** Input of both loops. */
export interface Users {
  /** One connection per user. */
  readonly connections: readonly HttpConnection[];
  readonly nextTask: NextTask;
  readonly measurement: Measurement;
  /** When the last task may start, in milliseconds of `performance.now()`. */
  readonly until: number;
}

/**
 * Delay before a user retries after a failed connection, in milliseconds; otherwise failures would be the fastest load.
 */
const AFTER_FAILURE = 100;

/**
 * Runs users that wait for each response.
 * @param think range of seconds that a user waits before each task.
 * @param random picks a value from the range.
 * @returns when every user has received the last response.
 */
export async function closedLoop(users: Users, think: readonly [number, number], random: Random): Promise<void> {
  const { connections, nextTask, measurement, until } = users;
  const [least, most] = think;
  const pause = (milliseconds: number) =>
    new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(milliseconds, until - performance.now()))));
  await Promise.all(connections.map(async (connection) => {
    if (most > 0) await pause(random() * most * 1000); // stagger the first tasks
    while (performance.now() < until) {
      const isAnswered = await perform(connection, nextTask(), performance.now(), measurement);
      if (!isAnswered) await pause(AFTER_FAILURE);
      if (most > 0) await pause((least + random() * (most - least)) * 1000);
    }
  }));
}

/**
 * Returns the start times of the tasks in the open loop, evenly spaced.
 * @param rate requests per second; a task has `REQUESTS_PER_TASK` on average.
 * @returns milliseconds after the start.
 */
export function schedule(rate: number, seconds: number): number[] {
  const spacing = 1000 * REQUESTS_PER_TASK / rate;
  return Array.from({ length: Math.floor(seconds * 1000 / spacing) }, (_, n) => n * spacing);
}

/**
 * Runs tasks at a fixed rate. A task that finds every connection busy waits; its wait counts, because latency is
 * measured from the scheduled time (otherwise a slow application would hide its worst waits).
 * @param start when the first task is due, in milliseconds of `performance.now()`.
 * @param times when the others are due, in milliseconds after `start`.
 * @param giveUp fires when outstanding responses are abandoned; tasks that never got a connection then count as
 * unanswered.
 */
export async function openLoop(users: Users, start: number, times: readonly number[], giveUp: AbortSignal) {
  const idle = [...users.connections];
  const due: number[] = [];
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const working = new Set<Promise<void>>();
  const work = async (connection: HttpConnection, from: number) => {
    const isAnswered = await perform(connection, users.nextTask(), from, users.measurement);
    if (!isAnswered) await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE));
    idle.push(connection);
    begin();
  };
  const begin = () => {
    while (!giveUp.aborted && due.length > 0 && idle.length > 0) {
      const task = work(idle.shift()!, due.shift()!).finally(() => {
        working.delete(task);
        if (begun === times.length && due.length === 0 && working.size === 0) resolve();
      });
      working.add(task);
    }
  };
  let begun = 0;
  await using timer = new PreciseTimer(() => {
    due.push(start + times[begun++]);
    if (begun < times.length) timer.at(start + times[begun]);
    begin();
  });
  if (giveUp.aborted) resolve();
  giveUp.addEventListener("abort", () => resolve(), { once: true });
  timer.at(start + times[0]);
  await finished;
  await Promise.all(working);
  const end = performance.now();
  // on a busy machine the timer fires late: scheduled tasks not yet reported are due all the same
  const untold = times.slice(begun).map((time) => start + time).filter((time) => time <= end);
  for (const from of [...due, ...untold]) users.measurement.record(users.nextTask().endpoint, from, end, "no answer");
}

/**
 * Executes a task: its requests in sequence.
 * @param from when it was due.
 * @returns false if there was no response.
 */
async function perform(connection: HttpConnection, first: Exchange, from: number, measurement: Measurement) {
  let start = from;
  let exchange: Exchange | undefined = first;
  while (exchange) {
    const { endpoint, next }: Exchange = exchange;
    const answer: Answer | undefined = await connection.send(exchange).catch(noAnswer);
    const end = performance.now();
    measurement.record(endpoint, start, end, answer?.status ?? "no answer");
    if (!answer) return false;
    exchange = isGood(answer.status) ? next?.(answer.body) : undefined;
    start = end;
  }
  return true;
}

function noAnswer(error: unknown): undefined {
  if (!(error instanceof NoAnswerError)) throw error;
}
