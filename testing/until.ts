/**
 * Waits in tests for effects of another process.
 *
 * @module
 */

/** Time limit that allows for a slow and busy machine, in seconds. */
const PATIENCE_SECONDS = 60;

/**
 * Asks again until the answer is yes: no test depends on how quick the machine is.
 *
 * @param what for the message when it never becomes true, after a minute.
 */
export async function until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  while (!await ask()) {
    if (performance.now() > deadline) throw new Error(`Waited ${PATIENCE_SECONDS} s in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
