/** The name of the version table. The log of applied revisions has the same name with `_log` behind it. @module */
import { quote } from "../base/quote.ts";
import { InvalidDirectoryError } from "./errors.ts";

/** Name of a version table, as Alembic's `version_table` and `version_table_schema`. */
export interface VersionTableName {
  /** Default: `schema_version`. */
  readonly name?: string;
  /** Default: the first schema of the search path. */
  readonly schema?: string;
}

/** The names of the version table and of the log. */
export interface VersionTableNames {
  readonly table: string;
  readonly log: string;
  /** `undefined` for the first schema of the search path. */
  readonly schema: string | undefined;
}

/** Longest name in bytes, so that the server does not cut that of the log's primary key. */
const MOST_BYTES = 56;

/**
 * Returns the names of the version table and its log.
 *
 * @param given name, or name and schema
 * @throws {InvalidDirectoryError} when it is not a name, or too long
 */
export function versionTableNames(given: string | VersionTableName = {}): VersionTableNames {
  const { name = "schema_version", schema } = typeof given === "string" ? { name: given } : given;
  if (typeof name !== "string" || !["string", "undefined"].includes(typeof schema)) {
    throw new InvalidDirectoryError("The version table has no name: give a text, or { name, schema }.");
  }
  const bytes = new TextEncoder().encode(name).length;
  if (bytes === 0 || bytes > MOST_BYTES) {
    throw new InvalidDirectoryError(
      `The name of the version table, "${name}", has ${bytes} bytes. Give one of 1 to ${MOST_BYTES}.`,
    );
  }
  return { table: name, log: `${name}_log`, schema };
}

/** Quoted names of both tables. */
export type SqlNames = Pick<VersionTableNames, "table" | "log">;

/** Returns the quoted names for a script: without a schema, if none is given. */
export function sqlNames({ table, log, schema }: VersionTableNames): SqlNames {
  const inSchema = (name: string) => `${schema === undefined ? "" : `${quote(schema)}.`}${quote(name)}`;
  return { table: inSchema(table), log: inSchema(log) };
}
