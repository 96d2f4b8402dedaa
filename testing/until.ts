/**
 * Waits in tests for effects of another process.
 *
 * @module
 */

/** Time limit that allows for a slow and busy machine, in seconds. */
const PATIENCE_SECONDS = 60;

/**
 * Repeats a query until it returns true, so that no test depends on the speed of the machine.
 * @param what included in the error message after a minute.
 */
export async function until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  while (!await ask()) {
    if (performance.now() > deadline) throw new Error(`Waited ${PATIENCE_SECONDS} s in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
