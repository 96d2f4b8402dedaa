/** Parts of every SQL script. @module */
import { terminated } from "./sql_text.ts";
import { literal } from "../base/quote.ts";
import { createLogSql, LOG_COLUMNS } from "./version_log.ts";
import { VERSION_COLUMNS } from "./version_state.ts";
import { createVersionTableSql } from "./version_table.ts";
import { sqlNames, type VersionTableNames } from "./version_table_name.ts";

/**
 * First lines. Outside a transaction, only psql can stop the script after an error. The settings say how to read it,
 * whatever machine and role run it: as in the scripts of pg_dump.
 */
export const HEADER = `-- Run it with: psql -v ON_ERROR_STOP=1 -f …

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;`;

/** Statements that create the version table and the log, unless there is one of another tool. */
export function createTables(names: VersionTableNames): string[] {
  const { table, log } = sqlNames(names);
  return [
    `DO $$
BEGIN
${refusal(names, names.table, "=", VERSION_COLUMNS)}
${refusal(names, names.log, "@>", LOG_COLUMNS)}
END $$`,
    createVersionTableSql(table, names.table),
    createLogSql(log, names.log),
  ];
}

/** Statement of PL/pgSQL that raises an error if a table exists whose columns are not these, or do not contain them. */
function refusal(
  { schema }: VersionTableNames,
  name: string,
  operator: "=" | "@>",
  columns: readonly string[],
): string {
  const where = schema === undefined ? "current_schema()" : literal(schema);
  return `  IF NOT (SELECT array_agg(attname || ' ' || format_type(atttypid, atttypmod)) ${operator} ARRAY[${
    columns.map(literal).join(", ")
  }]
                 AND bool_and(relkind = 'r')
            FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
           WHERE attrelid = to_regclass(format('%I.%I', ${where}, ${literal(name)}))
             AND attnum > 0 AND NOT attisdropped) THEN
    RAISE EXCEPTION ${literal(`${name.replaceAll("%", "%%")} is not a table of these migrations`)};
  END IF;`;
}

/** Text of a transaction. */
export function transaction(statements: readonly string[]): string {
  const lines = statements.map((statement) => statement.startsWith("-- ") ? statement : terminated(statement));
  return ["BEGIN;", ...lines, "COMMIT;"].join("\n\n");
}
