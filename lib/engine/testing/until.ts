/** Waiting in tests for what another process does. @module */

/**
 * Asks again until the answer is yes: no test depends on how quick the machine is.
 *
 * @param what for the message when it never becomes true, after 20 s.
 */
export async function until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!await ask()) {
    if (performance.now() > deadline) throw new Error(`Waited 20 s in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
