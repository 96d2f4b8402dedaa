/** Waiting for a promise, but not for ever. @module */

/** Resolves when a promise is settled, or after so many milliseconds, whichever is first. */
export async function settledWithin(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settled = promise.then(() => {}, () => {});
  if (milliseconds === Infinity) return await settled;
  const elapsed = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([settled, elapsed]);
  clearTimeout(timer);
}
