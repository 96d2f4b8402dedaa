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

/** Properties of models: `false` for one that is left to the server. One that is missing does not compile. */
type Known<Said> = Readonly<
  Record<keyof { [Name in keyof Said as Said[Name] extends (..._: never[]) => unknown ? never : Name]: true }, boolean>
>;
const TABLE: Known<Table> = {
  types: true,
  metadata: true,
  word: true,
  name: true,
  schema: true,
  fullName: true,
  sqlName: true,
  comment: true,
  columns: true,
  primaryKey: true,
  primaryKeyName: true,
  version: true,
  keyIndexes: true,
  mutableIndexes: true,
  hasUndecoded: true,
  uniques: true,
  indexes: true,
  checks: true,
  constraints: true, // if there are any, see below
};
const COLUMN: Known<TableColumn> = {
  attribute: true,
  name: true,
  type: true,
  isText: true,
  values: true,
  collation: false,
  generatedAs: false,
  nullable: true,
  serverDefault: true,
  comment: true,
  // the table has them resolved
  primaryKey: true,
  unique: true,
  uniqueOptions: true,
  index: true,
  indexName: true,
  check: true,
  checkName: true,
  references: true,
  // the database does not know them
  default: true,
  onUpdate: true,
  version: true,
  mutable: true,
  bind: true,
  decode: true,
  copy: true,
};
const UNIQUE: Known<Unique> = { name: true, columns: true, deferrable: false };
const INDEX: Known<Index> = { name: true, on: true, unique: true, using: true, where: true, definition: false };
const FOREIGN_KEY: Known<ForeignKey> = {
  from: true,
  columns: true,
  to: true,
  referredColumns: true,
  column: true,
  referred: true,
  name: true,
  onDelete: true,
  onUpdate: true,
  deferrable: false,
};

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

/** Whether an object says nothing but what is known. */
function saysOnly(known: Readonly<Record<string, boolean>>, object: object): boolean {
  return Object.entries(object).every(([property, value]) => value === undefined || known[property]);
}
