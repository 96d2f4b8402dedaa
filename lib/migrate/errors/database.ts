/**
 * Errors of the database that is migrated: its version table, schemas, privileges and locks.
 *
 * @module
 */
import { quote } from "../../base/quote.ts";
import { MigrationError } from "./migration_error.ts";

/** The current revision of the database has no file. */
export class UnknownDatabaseRevisionError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNKNOWN_DATABASE_REVISION";

  /**
   * Creates the error.
   *
   * @param id id of the current revision
   * @param directory migrations folder
   */
  constructor(readonly id: string, directory: string) {
    super(
      `The database is at revision ${id}, which has no file in ${directory}. ` +
        "Update the checkout, or give the URL of another database.",
    );
  }
}

/** No schema of the search path exists, or not that of the version table. */
export class MissingSchemaError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_SCHEMA";

  /**
   * Creates the error.
   *
   * @param searchPath the search path of the connection
   * @param named the schema that is named for the version table
   */
  constructor(searchPath: string, named?: string) {
    super(
      named === undefined
        ? `No schema of the search path (${searchPath}) exists. Create one with CREATE SCHEMA.`
        : `The schema of the version table, ${named}, does not exist. Run: CREATE SCHEMA ${quote(named)}`,
    );
  }
}

/** A table with the name of the version table belongs to another tool. Nothing was changed. */
export class ForeignVersionTableError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FOREIGN_VERSION_TABLE";

  /**
   * Creates the error.
   *
   * @param table quoted name
   * @param found kind of the relation, then its columns with their types
   * @param expected columns of a table of this tool
   */
  constructor(readonly table: string, [kind, ...found]: readonly string[], expected: readonly string[]) {
    const some = found.length > 6 ? [...found.slice(0, 5), "…"] : found;
    const what = kind !== "r" ? "it is no table" : `its columns are ${some.join(", ") || "none"}`;
    super(
      `${table} is not a table of these migrations: ${what}; expected: ${expected.join(", ")}. Nothing was changed. ` +
        'If another tool uses it, choose a name in env.ts: export const versionTable = "…";',
    );
  }
}

/** Another program changed the version table during the run. */
export class VersionTableChangedError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "VERSION_TABLE_CHANGED";

  /**
   * Creates the error.
   *
   * @param table quoted name of the version table
   */
  constructor(table: string) {
    super(`Another program changed the table ${table} during this run. Check its rows, then run the command again.`);
  }
}

/** The migration lock was not released within the timeout. */
export class MigrationLockTimeoutError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MIGRATION_LOCK_TIMEOUT";

  /**
   * Creates the error.
   *
   * @param seconds the timeout, in seconds
   * @param holder description of the process that holds the lock
   */
  constructor(seconds: number, holder: string) {
    super(
      `Timed out after ${seconds} s waiting for the migration lock: ${holder} is running migrations on this schema. ` +
        "Try again later. If that process hangs, terminate it with SELECT pg_terminate_backend(pid).",
    );
  }
}

/** A comparator has created an object in the scratch schema, and does not list it. */
export class MissingObjectError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_OBJECT";

  /**
   * Creates the error.
   *
   * @param kind kind of the comparator
   * @param name name of the object in `wanted`
   */
  constructor(kind: string, name: string) {
    super(
      `The comparator of kind "${kind}" does not list ${name} after the statement for it ran in the scratch schema. ` +
        "Create it without the name of a schema, and let live() read the schema that it is given.",
    );
  }
}

/** The role lacks the privilege to create the scratch schema that autogenerate needs. */
export class ScratchSchemaError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SCRATCH_SCHEMA";

  /**
   * Creates the error.
   *
   * @param options the error of the server as cause
   */
  constructor(options?: ErrorOptions) {
    super(
      "Permission denied to create a schema. Autogenerate creates the tables of the models in a scratch schema, which " +
        "is rolled back. Grant the privilege: GRANT CREATE ON DATABASE … TO …",
      options,
    );
  }
}

/** A transaction or statement pooler makes session-level locks ineffective. Nothing was run. */
export class TransactionPoolerError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "TRANSACTION_POOLER";

  /**
   * Creates the error.
   *
   * @param direct URL of the server without the password; `undefined` if unknown
   * @param pooling what the pooler assigns a server process to
   */
  constructor(direct: string | undefined, pooling: "transaction" | "statement" = "transaction") {
    super(
      `The connection goes through a ${pooling} pooler, which ${
        pooling === "transaction" ? "makes the session-level migration lock ineffective" : "refuses transactions"
      }. Nothing was run. Connect to the server directly: --url ${direct ?? "with the host and port of the server"}`,
    );
  }
}

/** The role lacks the privilege to create the version table. */
export class MissingPrivilegeError extends MigrationError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_PRIVILEGE";

  /**
   * Creates the error.
   *
   * @param role name of the role
   * @param schema name of the schema
   * @param options the error of the server as cause
   */
  constructor(role: string, schema: string, options?: ErrorOptions) {
    super(
      `Permission denied for role ${role} to create tables in schema ${schema}. As its owner or a superuser, run: ` +
        `GRANT CREATE ON SCHEMA ${quote(schema)} TO ${quote(role)};  Or connect as another role with --url.`,
      options,
    );
  }
}
