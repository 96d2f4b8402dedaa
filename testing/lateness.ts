/**
 * Measures how far a call exceeds its time limit, minus the time the thread waited for a processor, so that 250 ms are
 * 250 ms on a busy machine, too.
 *
 * @module
 */
import { assert } from "@std/assert";
import { readProc } from "./proc_file.ts";

/** Tolerance after a limit in milliseconds, 200 of them for a cancel request. */
const PROMISED = 250;
/** Tolerance for early returns, in milliseconds: timers and clocks are rounded. */
const ROUNDING = 20;
/** Tolerance in milliseconds when other processes are involved, or the system does not report waiting times. */
export const BUSY_MACHINE = 2_500;

/** Measures the duration of a call. */
export class Stopwatch {
  readonly #began = performance.now();
  readonly #waited: () => number | undefined;
  readonly #waitedBefore: number | undefined;

  /** @param waited returns the milliseconds waited for a processor so far, if known. */
  constructor(waited: () => number | undefined = waitedForProcessor) {
    this.#waited = waited;
    this.#waitedBefore = waited();
  }

  /** Milliseconds since creation. */
  get time(): number {
    return performance.now() - this.#began;
  }

  /** Milliseconds since creation in which this thread was runnable but had no processor. */
  get lost(): number {
    const [before, now] = [this.#waitedBefore, this.#waited()];
    return before === undefined || now === undefined ? BUSY_MACHINE : now - before;
  }

  /**
   * Fails if it is too early, or more than 250 ms too late.
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

  /** Asserts that the time is the limit, or at most 250 ms later. */
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
