/** Parts of every SQL script. @module */
import { terminated } from "./sql_text.ts";
import { createLogSql } from "./version_log.ts";
import { createVersionTableSql } from "./version_table.ts";
import { sqlNames, type VersionTableNames } from "./version_table_name.ts";

/**
 * First lines. Outside a transaction, only psql can stop the script after an error. The settings say how to read it,
 * whatever machine and role run it: as in the scripts of pg_dump.
 */
export const HEADER = `-- Run it with: psql -v ON_ERROR_STOP=1 -f …

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;`;

/** Statements that create the version table and the log. */
export function createTables(names: VersionTableNames): string[] {
  const { table, log } = sqlNames(names);
  return [createVersionTableSql(table, names.table), createLogSql(log, names.log)];
}

/** Text of a transaction. */
export function transaction(statements: readonly string[]): string {
  const lines = statements.map((statement) => statement.startsWith("-- ") ? statement : terminated(statement));
  return ["BEGIN;", ...lines, "COMMIT;"].join("\n\n");
}
