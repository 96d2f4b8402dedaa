/**
 * Sleeping.
 *
 * @module
 */

/**
 * Sleeps until the time is over or the signal is aborted.
 *
 * @param milliseconds the time to sleep.
 * @throws the signal's reason, immediately.
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
