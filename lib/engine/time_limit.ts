/** Waiting with an end to it. @module */

/** Waits for a promise, however it ends, at most so many milliseconds. @returns true when it ended in time. */
export async function endsWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const elapsed = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), milliseconds));
  const ended = promise.then(() => true, () => true);
  try {
    return await Promise.race([ended, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a promise until the signal is aborted. @throws the signal's reason, whatever becomes of the promise. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
