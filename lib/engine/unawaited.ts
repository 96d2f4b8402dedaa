/**
 * Promises that need not be awaited: of several statements in flight the caller may await only one when they all fail,
 * and the others must not terminate the process.
 *
 * @module
 */

/**
 * Returns the same promise, whose rejection does not terminate the process if nobody awaits it. V8 includes the callers
 * of an async function in a stack only while each promise has a single waiter; therefore a second handler is added only
 * once the error has its stack.
 */
export function mayGoUnawaited<T>(answer: Promise<T>): Promise<T> {
  const returned = answer.catch((error) => {
    returned.catch(() => {});
    throw error;
  });
  return returned;
}
