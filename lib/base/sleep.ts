/**
 * Waiting for a time.
 *
 * @module
 */

/**
 * Waits, and ends the wait when a signal is aborted.
 *
 * @param milliseconds how long.
 * @throws the signal's reason, at once.
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
