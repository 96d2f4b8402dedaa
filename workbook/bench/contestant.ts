/**
 * What a contestant is: a module that opens connections in its own way and does the operations that it can do. Each runs
 * in a process of its own, so that none shares memory or compiled code with another.
 *
 * @module
 */

import type { Turn } from "../compare.ts";

/** Numbers of rows, for what costs grow with. */
export const sizes = [1, 10, 100, 1_000, 10_000] as const;

/** The operations that are measured; `operations.ts` describes them. */
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

/** Does an operation once. What it returns is checked before anything is measured. */
export type Task = () => Promise<unknown>;
export type Tasks = { readonly [name in OperationName]?: Task };

/**
 * The same in all sizes: `inserts-1` to `inserts-10000`.
 * @param make for a number of rows.
 */
export function inAllSizes<Name extends "inserts" | "read", T>(name: Name, make: (count: number) => T) {
  const made = sizes.map((size) => [`${name}-${size}`, make(size)]);
  return Object.fromEntries(made) as Record<`${Name}-${typeof sizes[number]}`, T>;
}

/** How to connect. */
export interface Settings {
  /** A URL without driver; its search path is the benchmark's schema. */
  readonly url: string;
  /** The benchmark's schema, for those that do not take it from the URL. */
  readonly schema: string;
  /** The size of the pool: all connections that may be opened. */
  readonly connections: number;
}

/** A contestant with its connections open. */
export interface Opened {
  readonly tasks: Tasks;
  /**
   * For one that times its calls itself.
   * @returns milliseconds of each call.
   */
  sample?(operation: OperationName, turn: Turn): Promise<readonly number[]>;
  close(): Promise<unknown>;
}

/** A contestant. */
export interface Contestant {
  readonly name: string;
  /** What it stands on, whose versions are printed: npm packages by name, anything else with its version. */
  readonly packages: readonly string[];
  /** What it does in another way than the others, or than its manual says: sentences that are printed, without "it". */
  readonly notes: readonly string[];
  /** False for one that does not give away what it reads (default true). */
  readonly isChecked?: boolean;
  open(settings: Settings): Promise<Opened>;
}
