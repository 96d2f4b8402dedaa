/**
 * Promises that nobody need await: of several statements under way only one may be awaited when they all fail, and the
 * others must not end the process.
 *
 * @module
 */

/**
 * The same answer; when it fails and nobody awaits it, that does not end the process. V8 finds the callers of an async
 * function only while one alone waits for each promise: so a second one waits no sooner than the error has its stack.
 */
export function mayGoUnawaited<T>(answer: Promise<T>): Promise<T> {
  const returned = answer.catch((error) => {
    returned.catch(() => {});
    throw error;
  });
  return returned;
}
