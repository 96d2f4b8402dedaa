/**
 * Returns errors as values, for cells that demonstrate an error.
 *
 * @module
 */

/** Nothing was thrown although an error was expected. */
export class NothingThrownError extends Error {
  override readonly name = "NothingThrownError";
  constructor() {
    super("This was expected to fail, but it did not.");
  }
}

/**
 * Runs a function that is expected to fail and returns its error, so that the notebook continues.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const error = await caught(() => JSON.parse("{"));
 * assertEquals(error.name, "SyntaxError");
 * ```
 *
 * @throws {NothingThrownError} if it does not fail.
 */
export async function caught(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  throw new NothingThrownError();
}
