/** Waiting for a promise, but not for ever. @module */

/** Waits until a promise is settled, at most so many milliseconds. @returns whether it is. */
export async function settledWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settled = promise.then(() => true, () => true);
  if (milliseconds === Infinity) return await settled;
  const elapsed = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), milliseconds));
  try {
    return await Promise.race([settled, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}
