/** Applies confirmed renames. @module */
import { quote } from "../../base/quote.ts";
import {
  type ColumnSchema,
  type DatabaseSchema,
  fullName,
  isSameName,
  type KeySchema,
  type PartSchema,
  type TableSchema,
} from "../database_schema.ts";
import { InvalidTargetError } from "../errors.ts";
import type { Operation } from "../operations.ts";
import { nameOf } from "./tables.ts";
import { withName } from "./text.ts";

/** New names by old names: `{ "heroes": "champions", "heroes.app_src": "source" }`. */
export type Renames = Readonly<Record<string, string>>;

/**
 * Applies renames to a schema.
 *
 * @param live schema of the database
 * @param renames new names by old names
 * @returns the schema after the renames, and the operations that rename
 * @throws {InvalidTargetError} when a table or column does not exist
 */
export function applyRenames(
  live: DatabaseSchema,
  renames: Renames,
): { readonly schema: DatabaseSchema; readonly operations: readonly Operation[] } {
  const operations: Operation[] = [];
  let schema = live;
  const isTable = (name: string) => live.tables.some((table) => fullName(table) === name);
  // columns first: their keys contain the old name of the table
  for (const [from, to] of Object.entries(renames).filter(([from]) => !isTable(from))) {
    const dot = from.lastIndexOf(".");
    const [table, column] = [from.slice(0, dot), from.slice(dot + 1)];
    const there = schema.tables.find((candidate) => fullName(candidate) === table);
    if (!there?.columns.some(({ name }) => name === column)) {
      throw new InvalidTargetError(`Cannot rename ${from} to ${to}: no such table or column.`);
    }
    schema = withColumn(schema, there, column, to);
    operations.push({ kind: "renameColumn", table: nameOf(there), from: column, to });
  }
  for (const [from, to] of Object.entries(renames).filter(([from]) => isTable(from))) {
    const there = schema.tables.find((candidate) => fullName(candidate) === from)!;
    const renamed = nameOf({ schema: there.schema, name: to });
    schema = withTable(schema, there, renamed.name);
    operations.push({ kind: "renameTable", from: nameOf(there), to: renamed });
  }
  return { schema, operations };
}

function withTable(schema: DatabaseSchema, renamed: TableSchema, to: string): DatabaseSchema {
  return {
    ...schema,
    tables: schema.tables.map((table) => ({
      ...table,
      name: table === renamed ? to : table.name,
      foreignKeys: table.foreignKeys.map((key) => ({
        ...key,
        to: isSameName(key.to, renamed) ? { ...key.to, name: to } : key.to,
      })),
    })),
  };
}

function withColumn(schema: DatabaseSchema, renamed: TableSchema, from: string, to: string): DatabaseSchema {
  const named = (name: string) => name === from ? to : name;
  const inSql = <Text extends string | null>(sql: Text) =>
    (sql === null ? null : withName(sql, quote(from), quote(to))) as Text;
  const inDefinition = <Part extends PartSchema>(part: Part): Part =>
    part.definition === undefined ? part : { ...part, definition: inSql(part.definition) };
  const inKey = <Key extends KeySchema>(key: Key): Key => inDefinition({ ...key, columns: key.columns.map(named) });
  return {
    ...schema,
    tables: schema.tables.map((table) => {
      const foreignKeys = table.foreignKeys.map((key) =>
        isSameName(key.to, renamed) ? { ...key, referred: key.referred.map(named) } : key
      );
      if (table !== renamed) return { ...table, foreignKeys };
      return {
        ...table,
        columns: table.columns.map((column): ColumnSchema => ({ ...column, name: named(column.name) })),
        primaryKey: table.primaryKey && inKey(table.primaryKey),
        uniques: table.uniques.map(inKey),
        foreignKeys: foreignKeys.map(inKey),
        checks: table.checks.map((check) => inDefinition({ ...check, expression: inSql(check.expression) })),
        indexes: table.indexes.map((index) =>
          inDefinition({ ...index, keys: index.keys.map(inSql), where: inSql(index.where) })
        ),
        others: table.others.map(inDefinition),
      };
    }),
  };
}
