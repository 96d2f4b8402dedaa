/**
 * Tables in the words of their models, where these are also the words of the database. For such a table the server need
 * not be asked how it spells the model, which takes most of the time of a comparison.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import { IDENTITY } from "../schema/columns.ts";
import type { ForeignKey, Index, Unique } from "../schema/constraints.ts";
import { foreignKeyName, primaryKeyName, uniqueName } from "../schema/names.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import type { ColumnSchema, KeySchema, ObjectName, TableSchema } from "./database_schema.ts";
import { sqlType } from "./render/types.ts";

/** What this module knows of models; a table that says more is left to the server. */
const TABLE = properties<Table>(
  [
    "metadata",
    "word",
    "name",
    "schema",
    "fullName",
    "sqlName",
    "comment",
    "columns",
    "primaryKey",
    "version",
    "keyIndexes",
  ],
  ["mutableIndexes", "hasUndecoded", "primaryKeyName", "uniques", "indexes", "checks", "constraints"],
);
const COLUMN = properties<TableColumn>(
  ["attribute", "name", "type", "values", "nullable", "serverDefault", "comment", "primaryKey"],
  ["unique", "uniqueOptions", "index", "indexName", "check", "checkName", "references"], // resolved by the table
  ["default", "onUpdate", "version", "mutable", "bind", "decode", "copy"], // unknown to the database
);
const UNIQUE = properties<Unique>(["name", "columns"]);
const INDEX = properties<Index>(["name", "on", "unique", "using", "where"]);
const FOREIGN_KEY = properties<ForeignKey>(
  ["from", "columns", "to", "referredColumns", "column", "referred", "name", "onDelete", "onUpdate"],
);

/**
 * Describes a table without the server.
 *
 * @param live the same table in the database
 * @param nameOf returns the name of a table as schemas contain it
 * @returns `undefined` if the model says something of which only the server knows what it means
 */
export function literalTable(
  table: Table,
  live: TableSchema,
  nameOf: (table: Table) => ObjectName,
): TableSchema | undefined {
  const foreignKeys = table.foreignKeys();
  const isPlain = table.constraints.length === 0 && saysOnly(TABLE, table) &&
    table.columns.every((column) => saysOnly(COLUMN, column)) &&
    table.uniques.every((unique) => saysOnly(UNIQUE, unique)) &&
    table.indexes.every((index) => saysOnly(INDEX, index)) && foreignKeys.every((key) => saysOnly(FOREIGN_KEY, key));
  if (!isPlain) return undefined;
  const there = new Map(live.columns.map((column) => [column.name, column]));
  return {
    ...nameOf(table),
    comment: table.comment ?? null,
    columns: table.columns.map((column) => literalColumn(column, there.get(column.name))),
    primaryKey: keyOf(primaryKeyName(table), table.primaryKey),
    uniques: table.uniques.map((unique) => keyOf(uniqueName(table, unique), unique.columns)),
    checks: table.checks.map(({ name, sql }) => ({ name, expression: sql, uses: [] })),
    foreignKeys: foreignKeys.map((key) => ({
      ...keyOf(foreignKeyName(key), key.columns),
      to: nameOf(key.to),
      referred: names(key.referredColumns),
      onDelete: key.onDelete ?? "no action",
      onUpdate: key.onUpdate ?? "no action",
    })),
    indexes: table.indexes.map(({ name, on, unique, using = "btree", where }) => ({
      name,
      unique,
      method: using,
      keys: on.map((key) => "name" in key ? quote(key.name) : key.sql),
      where: where?.sql ?? null,
      uses: [],
    })),
    others: [],
  };
}

function literalColumn(column: TableColumn, live: ColumnSchema | undefined): ColumnSchema {
  const { name, type, nullable, serverDefault, comment = null } = column;
  const isIdentity = serverDefault === IDENTITY;
  const sql = serverDefault?.sql ?? null;
  return {
    name,
    type: live && sqlType(live.type) === type ? live.type : type,
    nullable,
    default: isIdentity ? null : isCast(sql, live) ? live!.default : sql,
    identity: isIdentity ? "by default" : null,
    comment,
    ...(live?.isSqlType ? { isSqlType: true } : {}),
  };
}

/** Whether the default of a column is this literal, to which the server has added the type of the column. */
function isCast(sql: string | null, live: ColumnSchema | undefined): boolean {
  if (sql === null || !live) return false;
  return /^'([^'\\]|'')*'$/.test(sql) && live.default === `${sql}::${live.type.replace(/\(.*\)/, "")}`;
}

function keyOf(name: string, columns: readonly TableColumn[]): KeySchema {
  return { name, columns: names(columns), uses: names(columns) };
}

function names(columns: readonly TableColumn[]): string[] {
  return columns.map(({ name }) => name);
}

function properties<Said>(...known: (keyof Said)[][]): ReadonlySet<unknown> {
  return new Set(known.flat());
}

/** Whether an object says nothing but what is known, so that nothing is overlooked that models learn to say. */
function saysOnly(known: ReadonlySet<unknown>, object: object): boolean {
  return Object.entries(object).every(([property, value]) => value === undefined || known.has(property));
}
