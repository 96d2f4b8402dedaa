/**
 * Errors as values, for cells in which an error is the lesson.
 *
 * @module
 */

/** Nothing was thrown where an error was the point. */
export class NothingThrownError extends Error {
  override readonly name = "NothingThrownError";
  constructor() {
    super("This was expected to fail, but it did not.");
  }
}

/**
 * Runs something that is expected to fail and returns its error, so that the notebook goes on.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const error = await caught(() => JSON.parse("{"));
 * assertEquals(error.name, "SyntaxError");
 * ```
 *
 * @throws {NothingThrownError} when it does not fail.
 */
export async function caught(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  throw new NothingThrownError();
}
