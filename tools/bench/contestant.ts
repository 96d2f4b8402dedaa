/**
 * What a contestant is: a module that opens connections in its own way and does the operations that it can do. Each runs
 * in a process of its own, so that none shares memory or compiled code with another.
 *
 * @module
 */

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
] as const;
export type OperationName = typeof operationNames[number];

/** Does an operation once. What it returns is checked before anything is measured. */
export type Task = () => Promise<unknown>;
export type Tasks = { readonly [name in OperationName]?: Task };

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
  close(): Promise<unknown>;
}

/** A contestant. */
export interface Contestant {
  readonly name: string;
  /** The npm packages whose versions are printed. */
  readonly packages: readonly string[];
  /** What it does in another way than the others, or than its manual says; each a sentence that is printed. */
  readonly notes: readonly string[];
  open(settings: Settings): Promise<Opened>;
}
