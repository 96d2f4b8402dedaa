/**
 * The assertions of `jsr:@std/assert`, for machines that cannot reach JSR: the same code from the npm registry, with
 * the types of the functions this project uses. Delete `"links"` in deno.json to get the original.
 *
 * @module
 */
import * as std from "npm:deno-std@1.4.0/assert/mod.js";

type Class<T> = abstract new (...args: never[]) => T;

export const AssertionError: new (message: string) => Error = std.AssertionError;
export const assert: (condition: unknown, message?: string) => asserts condition = std.assert;
export const assertEquals: <T>(actual: T, expected: T, message?: string) => void = std.assertEquals;
export const assertNotEquals: <T>(actual: T, expected: T, message?: string) => void = std.assertNotEquals;
export const assertStrictEquals: <T>(actual: unknown, expected: T, message?: string) => asserts actual is T =
  std.assertStrictEquals;
export const assertExists: <T>(actual: T, message?: string) => asserts actual is NonNullable<T> = std.assertExists;
export const assertGreater: <T>(actual: T, lower: T, message?: string) => void = std.assertGreater;
export const assertGreaterOrEqual: <T>(actual: T, lower: T, message?: string) => void = std.assertGreaterOrEqual;
export const assertLess: <T>(actual: T, upper: T, message?: string) => void = std.assertLess;
export const assertLessOrEqual: <T>(actual: T, upper: T, message?: string) => void = std.assertLessOrEqual;
export const assertMatch: (actual: string, expected: RegExp, message?: string) => void = std.assertMatch;
export const assertNotMatch: (actual: string, expected: RegExp, message?: string) => void = std.assertNotMatch;
export const assertStringIncludes: (actual: string, expected: string, message?: string) => void =
  std.assertStringIncludes;
export const assertArrayIncludes: <T>(actual: ArrayLike<T>, expected: ArrayLike<T>, message?: string) => void =
  std.assertArrayIncludes;
export const assertObjectMatch: (
  actual: Record<PropertyKey, unknown>,
  expected: Record<PropertyKey, unknown>,
  message?: string,
) => void = std.assertObjectMatch;
export const assertInstanceOf: <T>(actual: unknown, expected: Class<T>, message?: string) => asserts actual is T =
  std.assertInstanceOf;
export const assertThrows: <E extends Error = Error>(
  run: () => unknown,
  errorClass?: Class<E>,
  messageIncludes?: string,
) => E = std.assertThrows;
export const assertRejects: <E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  errorClass?: Class<E>,
  messageIncludes?: string,
) => Promise<E> = std.assertRejects;
export const fail: (message?: string) => never = std.fail;
export const unreachable: (reason?: string) => never = std.unreachable;
