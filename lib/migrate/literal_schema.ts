/**
 * Tables in the words of their models, where these are also the words of the database. For such a table the server need
 * not be asked how it spells the model, which takes most of the time of a comparison.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import {
  type Deferrable,
  IDENTITY,
  IDENTITY_ALWAYS,
  isIdentity,
  SERIAL,
  type ServerExpression,
} from "../schema/columns.ts";
import type { ForeignKey, Index, Unique } from "../schema/constraints.ts";
import { foreignKeyName, primaryKeyName, uniqueName } from "../schema/names.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import type { ColumnSchema, IndexSchema, KeySchema, ObjectName, PartSchema, TableSchema } from "./database_schema.ts";
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
  constraints: true,
};
const COLUMN: Known<TableColumn> = {
  attribute: true,
  name: true,
  type: true,
  isText: true,
  values: true,
  collation: true,
  generatedAs: true,
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
  decodesDriverValue: true,
  copy: true,
  stored: true,
  serverChanges: true,
};
const UNIQUE: Known<Unique> = { name: true, columns: true, deferrable: true };
const INDEX: Known<Index> = { name: true, on: true, unique: true, using: true, where: true, definition: true };
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
  deferrable: true,
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
  const isPlain = saysOnly(TABLE, table) &&
    table.columns.every((column) => saysOnly(COLUMN, column)) &&
    table.uniques.every((unique) => saysOnly(UNIQUE, unique)) &&
    table.indexes.every((index) => saysOnly(INDEX, index)) && foreignKeys.every((key) => saysOnly(FOREIGN_KEY, key));
  if (!isPlain) return undefined;
  const there = new Map(live.columns.map((column) => [column.name, column]));
  const inSql = constraintsInSql(table, live);
  const indexes = table.indexes.map((index) => literalIndex(index, live));
  if (!inSql || indexes.includes(undefined)) return undefined;
  return {
    ...nameOf(table),
    comment: table.comment ?? null,
    columns: table.columns.map((column) => literalColumn(column, there.get(column.name))),
    primaryKey: keyOf(primaryKeyName(table), table.primaryKey),
    uniques: [
      ...table.uniques.map((unique) => keyOf(uniqueName(table, unique), unique.columns, unique.deferrable)),
      ...inSql.uniques,
    ],
    checks: [...table.checks.map(({ name, sql }) => ({ name, expression: sql, uses: [] })), ...inSql.checks],
    foreignKeys: [
      ...foreignKeys.map((key) => ({
        ...keyOf(foreignKeyName(key), key.columns, key.deferrable),
        to: nameOf(key.to),
        referred: names(key.referredColumns),
        onDelete: key.onDelete ?? "no action",
        onUpdate: key.onUpdate ?? "no action",
      })),
      ...inSql.foreignKeys,
    ],
    indexes: indexes.filter((index) => index !== undefined),
    others: inSql.others,
  };
}

/** Constraints for which the model gives the definition that the database has; `undefined` if it lacks one. */
function constraintsInSql(
  { constraints }: Table,
  live: TableSchema,
): Pick<TableSchema, "uniques" | "checks" | "foreignKeys" | "others"> | undefined {
  const wanted = new Map(constraints.map(({ name, sql }) => [name, sql]));
  const isWanted = ({ name, definition }: PartSchema) => definition !== undefined && wanted.get(name) === definition;
  const found = {
    uniques: live.uniques.filter(isWanted),
    checks: live.checks.filter((check) =>
      isWanted({ ...check, definition: check.definition ?? `CHECK (${check.expression})` })
    ),
    foreignKeys: live.foreignKeys.filter(isWanted),
    others: live.others.filter(isWanted),
  };
  return Object.values(found).flat().length === constraints.length ? found : undefined;
}

/** An index; `undefined` if the model gives a definition that the database does not have. */
function literalIndex(index: Index, live: TableSchema): IndexSchema | undefined {
  const { name, on, unique, using = "btree", where, definition } = index;
  if (definition === undefined) {
    const keys = on.map((key) => "name" in key ? quote(key.name) : key.sql);
    return { name, unique, method: using, keys, where: where?.sql ?? null, uses: [] };
  }
  const there = live.indexes.find((other) => other.name === name && other.definition === definition);
  return there?.unique === unique && !there.leftAlone?.includes("not valid") ? there : undefined;
}

function literalColumn(column: TableColumn, live: ColumnSchema | undefined): ColumnSchema {
  const { name, type, nullable, serverDefault, generatedAs, collation, comment = null } = column;
  const isSerial = serverDefault === SERIAL && live?.isSerial === true;
  return {
    name,
    type: live && (sqlType(live.type) === type || live.type === sqlName(type)) ? live.type : type,
    nullable,
    default: isSerial ? live.default : isIdentity(serverDefault) ? null : literalDefault(serverDefault, live),
    identity: serverDefault === IDENTITY ? "by default" : serverDefault === IDENTITY_ALWAYS ? "always" : null,
    comment,
    ...(generatedAs ? { generated: generatedAs.sql } : {}),
    ...(collation === undefined ? {} : { collation: quote(collation) }),
    ...(isSerial ? { isSerial } : {}),
    ...(live?.isSqlType ? { isSqlType: true } : {}),
  };
}

/** The name of a type that no record has under a short one: `character(2)` for `char(2)`. */
function sqlName(type: string): string {
  return type.replace(/^char(?=\()/, "character");
}

/** A default; that of the database if the model has the same literal, to which the server adds the type. */
function literalDefault(wanted: ServerExpression | undefined, live: ColumnSchema | undefined): string | null {
  if (!wanted) return null;
  const isLiteral = /^'([^'\\]|'')*'$/.test(wanted.sql);
  const cast = `${wanted.sql}::${live?.type.replace(/\(.*\)/, "").replace(/^character$/, "bpchar")}`;
  return isLiteral && live?.default === cast ? cast : wanted.sql;
}

function keyOf(name: string, columns: readonly TableColumn[], deferrable?: Deferrable): KeySchema {
  return { name, columns: names(columns), uses: names(columns), ...(deferrable ? { deferrable } : {}) };
}

function names(columns: readonly TableColumn[]): string[] {
  return columns.map(({ name }) => name);
}

/** Whether an object says nothing but what is known. */
function saysOnly(known: Readonly<Record<string, boolean>>, object: object): boolean {
  return Object.entries(object).every(([property, value]) => value === undefined || known[property]);
}
