/**
 * A contestant is a module that opens connections in its own way and implements the operations it supports. Each runs
 * in its own process, so that none shares memory or compiled code with another.
 *
 * @module
 */

import type { Turn } from "../compare.ts";

/** Row counts, for operations whose cost grows with the number of rows. */
export const sizes = [1, 10, 100, 1_000, 10_000] as const;

/** The operations measured; `operations.ts` describes them. */
export const operationNames = [
  "get-commit",
  "get-close",
  "get-autocommit",
  "identity-map",
  "select-by-name",
  "entities-1000",
  "users-with-toys",
  "inserts-1000",
  "inserts-1000-server-keys",
  "inserts-10000",
  "updates-1000",
  "delete",
  "mixed",
  "concurrent-64",
  "inserts-1",
  "inserts-10",
  "inserts-100",
  "read-1",
  "read-10",
  "read-100",
  "read-1000",
  "read-10000",
  "stream",
] as const;
export type OperationName = typeof operationNames[number];

/** Executes an operation once. Its result is checked before anything is measured. */
export type Task = () => Promise<unknown>;
export type Tasks = { readonly [name in OperationName]?: Task };

/**
 * Creates an operation in all sizes: `inserts-1` to `inserts-10000`.
 * @param make creates it for a number of rows.
 */
export function inAllSizes<Name extends "inserts" | "read", T>(name: Name, make: (count: number) => T) {
  const made = sizes.map((size) => [`${name}-${size}`, make(size)]);
  return Object.fromEntries(made) as Record<`${Name}-${typeof sizes[number]}`, T>;
}

/** Connection settings. */
export interface Settings {
  /** URL without driver; its search path is the benchmark's schema. */
  readonly url: string;
  /** The benchmark's schema, for contestants that do not take it from the URL. */
  readonly schema: string;
  /** Pool size: the maximum number of connections. */
  readonly connections: number;
}

/** A contestant with open connections. */
export interface Opened {
  readonly tasks: Tasks;
  /**
   * For a contestant that times its own calls.
   * @returns milliseconds of each call.
   */
  sample?(operation: OperationName, turn: Turn): Promise<readonly number[]>;
  close(): Promise<unknown>;
}

/** A contestant. */
export interface Contestant {
  readonly name: string;
  /** Underlying packages whose versions are printed: npm packages by name, anything else with its version. */
  readonly packages: readonly string[];
  /** Deviations from the other contestants or from the library's manual: sentences to print, without "it". */
  readonly notes: readonly string[];
  /** False if it does not reveal the rows it reads (default true). */
  readonly isChecked?: boolean;
  open(settings: Settings): Promise<Opened>;
}
