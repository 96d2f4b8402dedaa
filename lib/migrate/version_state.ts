/** Reads from the catalogs whether the version table and the log exist, and whether they are this tool's. @module */
import type { Connection } from "../engine/connection.ts";
import { ForeignVersionTableError, MissingSchemaError } from "./errors.ts";
import { HOLDS_LOCK } from "./migration_lock.ts";
import { LOG_COLUMNS } from "./version_log.ts";
import type { VersionTableNames } from "./version_table_name.ts";

/** The columns of the version table with their types. */
export const VERSION_COLUMNS: readonly string[] = ["revision text"];

/** State of the version table and the log. */
export interface VersionState {
  /** Schema of both. */
  readonly schema: string;
  /** First schema of the search path. */
  readonly main: string;
  /** Quoted name with the schema. */
  readonly table: string;
  readonly log: string;
  readonly hasTable: boolean;
  readonly hasLog: boolean;
  /** Whether the current server process holds the migration lock of the schema. */
  readonly held: boolean;
}

/** A row of {@linkcode STATE}. */
interface StateRow {
  readonly main: string | null;
  readonly schema: string;
  readonly path: string;
  readonly exists: boolean;
  readonly table: string;
  readonly log: string;
  readonly held: boolean;
  /** Kind of the relation, then its columns with their types; `null` if there is none. */
  readonly tableParts: readonly string[] | null;
  readonly logParts: readonly string[] | null;
}

/** SQL expression: the kind and the columns of the relation with a name. */
const parts = (name: string) =>
  `(SELECT relkind::text || ARRAY(SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute
                                  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = schema AND relname = ${name}::text::name)`;

/** Query; `$1` is the schema, `null` for the first of the search path, `$2` the name of the table, `$3` of the log. */
const STATE = `
SELECT current_schema()::text AS main, schema, current_setting('search_path') AS path,
       EXISTS (SELECT FROM pg_namespace WHERE nspname = schema) AS exists,
       quote_ident(schema) || '.' || quote_ident($2::text) AS "table", quote_ident(schema) || '.' || quote_ident($3::text) AS log,
       ${parts("$2")} AS "tableParts", ${parts("$3")} AS "logParts",
       ${HOLDS_LOCK("schema")} AS held
  FROM (SELECT coalesce($1, current_schema()::text) AS schema) AS place`;

/**
 * Reads the state of the version table.
 *
 * @throws {MissingSchemaError} when its schema, or each of the search path, does not exist
 * @throws {ForeignVersionTableError} when a relation with its name, or that of the log, is none of this tool
 */
export async function readVersionState(connection: Connection, names: VersionTableNames): Promise<VersionState> {
  const answer = await connection.execute<StateRow>(STATE, [names.schema ?? null, names.table, names.log]);
  const { main, schema, path, exists, table, log, held, tableParts, logParts } = answer.one();
  if (main === null) throw new MissingSchemaError(path);
  if (!exists) throw new MissingSchemaError(path, schema);
  if (tableParts && tableParts.join() !== ["r", ...VERSION_COLUMNS].join()) {
    throw new ForeignVersionTableError(table, tableParts, VERSION_COLUMNS);
  }
  if (logParts && (logParts[0] !== "r" || LOG_COLUMNS.some((column) => !logParts.includes(column)))) {
    throw new ForeignVersionTableError(log, logParts, LOG_COLUMNS);
  }
  return { schema, main, table, log, held, hasTable: tableParts !== null, hasLog: logParts !== null };
}
