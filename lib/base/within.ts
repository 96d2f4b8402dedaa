/**
 * Waiting for a limited time.
 *
 * @module
 */

/**
 * Returns the value of a promise that settles in time.
 *
 * @param milliseconds the longest to wait.
 * @param late creates the error to throw after that time.
 * @throws the error that `late` creates.
 */
export async function within<Value>(milliseconds: number, promise: Promise<Value>, late: () => Error): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => timer = setTimeout(() => reject(late()), milliseconds));
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until a promise settles, fulfilled or rejected.
 *
 * @param milliseconds the longest to wait; `Infinity` for no limit.
 * @returns true when the promise settled in time.
 */
export async function settledWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(() => true, () => true);
  if (milliseconds === Infinity) return await settled; // longer than any timer
  let timer: ReturnType<typeof setTimeout> | undefined;
  const elapsed = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), milliseconds));
  try {
    return await Promise.race([settled, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for a promise until the signal is aborted.
 *
 * @throws the signal's reason, even if the promise settles later.
 */
export async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return await promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
