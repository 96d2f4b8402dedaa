/** Limits of the clean-up after a run was stopped. @module */
import type { LimitOptions } from "../engine/limit.ts";

/** Time limit of a clean-up statement, in milliseconds. */
const MOST = 1_000;

/** Limits of a clean-up statement, which the signal of the run does not cancel. */
export function cleanUp(): LimitOptions {
  return { signal: AbortSignal.timeout(MOST) };
}
