/**
 * Waiting that ends.
 *
 * @module
 */

/**
 * What a promise brings, if it comes in time.
 *
 * @param milliseconds the longest to wait.
 * @param late makes the error for when it does not come.
 * @throws what `late` makes.
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
 * Waits for a promise, however it ends.
 *
 * @param milliseconds the longest to wait; `Infinity` for no limit.
 * @returns whether it ended in time.
 */
export async function settledWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(() => true, () => true);
  if (milliseconds === Infinity) return await settled; // no timer waits so long
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
 * @throws the signal's reason, whatever becomes of the promise.
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
