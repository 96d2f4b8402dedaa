/**
 * By how much a call misses its limit. What counts is the time that the thread could have run: how long it had to wait for a
 * processor is measured and subtracted, so that 250 ms are 250 ms on a busy machine, too.
 *
 * @module
 */
import { assert } from "@std/assert";
import { readProc } from "./proc_file.ts";

/** Milliseconds behind its limit in which a call comes back; a request to cancel is given 200 of them. */
const PROMISED = 250;
/** Milliseconds by which a call may seem to come back early: timers and clocks are rounded. */
const ROUNDING = 20;
/** Milliseconds for what waits for other processes too, and where the system does not tell what a thread waited. */
export const BUSY_MACHINE = 2_500;

/** Measures how long a call takes. */
export class Stopwatch {
  readonly #began = performance.now();
  readonly #waited: () => number | undefined;
  readonly #waitedBefore: number | undefined;

  /** @param waited milliseconds that the machine took so far, if that is known. */
  constructor(waited: () => number | undefined = waitedForProcessor) {
    this.#waited = waited;
    this.#waitedBefore = waited();
  }

  /** Milliseconds since it was made. */
  get time(): number {
    return performance.now() - this.#began;
  }

  /** Milliseconds since then in which this thread could not run although it had something to do. */
  get lost(): number {
    const [before, now] = [this.#waitedBefore, this.#waited()];
    return before === undefined || now === undefined ? BUSY_MACHINE : now - before;
  }

  /**
   * Fails when it is too early, or more than 250 ms too late.
   * @param least milliseconds.
   * @param most the limit.
   */
  assertBetween(least: number, most: number): void {
    const { time, lost } = this;
    const late = time - most - lost;
    const times = `${time.toFixed()} ms, of which the machine took ${lost.toFixed()}`;
    assert(time > least - ROUNDING, `too early: it took ${times}; the least are ${least}`);
    assert(late < PROMISED, `${late.toFixed()} ms too late: it took ${times}; the limit is ${most}`);
  }

  /** Fails unless it is the limit, or at most 250 ms later. */
  assertAt(limit: number): void {
    this.assertBetween(limit, limit);
  }
}

/**
 * Milliseconds that this thread waited for a processor, ever, and that the machine waited for its host; `undefined` where
 * the system does not tell (https://docs.kernel.org/scheduler/sched-stats.html,
 * https://man7.org/linux/man-pages/man5/proc_stat.5.html).
 */
export function waitedForProcessor(): number | undefined {
  const [, nanoseconds] = readProc("/proc/thread-self/schedstat")?.split(" ") ?? [];
  const steal = readProc("/proc/stat")?.split(/\s+/)[8];
  return Number(nanoseconds) > 0 ? Number(nanoseconds) / 1e6 + Number(steal ?? 0) * 10 : undefined;
}
