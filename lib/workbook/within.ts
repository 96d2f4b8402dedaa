/** Waiting that ends. @module */

/**
 * What a promise brings, if it comes in time.
 *
 * @param milliseconds the longest to wait. @param late makes the error for when it does not come.
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

/** A signal that fires after so many milliseconds, unless the block ends before. */
export function deadline(milliseconds: number): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
