/** What is still done when a run was stopped: in a time of its own. @module */
import type { LimitOptions } from "../engine/limit.ts";

/** Milliseconds for a statement that looks what is left, or puts it away. */
const MOST = 1_000;

/** Limits for such a statement, which is not ended by what has stopped the run. */
export function cleanUp(): LimitOptions {
  return { signal: AbortSignal.timeout(MOST) };
}
