/** Applies confirmed renames. @module */
import { problemOfName } from "../../base/naming.ts";
import {
  type ColumnSchema,
  type DatabaseSchema,
  type ForeignKeySchema,
  fullName,
  isSameName,
  type KeySchema,
  type ObjectName,
  type PartSchema,
  type TableSchema,
} from "../database_schema.ts";
import { InvalidTargetError } from "../errors.ts";
import type { Operation } from "../operations.ts";
import { inFreeOrder } from "./free_names.ts";
import { nameOf } from "./tables.ts";
import { withColumnNames, withKeyNames } from "./text.ts";

/** New names by old names: `{ "heroes": "champions", "heroes.app_src": "source" }`. */
export type Renames = Readonly<Record<string, string>>;

/** New names of tables, and of the columns of each table. */
interface NewNames {
  readonly tables: Map<TableSchema, string>;
  readonly columns: Map<TableSchema, Map<string, string>>;
}

/**
 * Applies renames to a schema, all at once: two objects may swap their names.
 *
 * @param live schema of the database
 * @param renames new names by old names
 * @returns the schema after the renames, and the operations that rename
 * @throws {InvalidTargetError} when a table or column does not exist, or a new name is invalid or in use
 */
export function applyRenames(
  live: DatabaseSchema,
  renames: Renames,
): { readonly schema: DatabaseSchema; readonly operations: readonly Operation[] } {
  const names = resolve(live, renames);
  const operations: Operation[] = [];
  for (const [table, columns] of names.columns) { // columns first: their tables have the old names
    const inUse = table.columns.map(({ name }) => name);
    requireFree(inUse, columns, `${fullName(table)}.`);
    for (const { from, to } of inFreeOrder(Array.from(columns, ([from, to]) => ({ from, to })), inUse)) {
      operations.push({ kind: "renameColumn", table: nameOf(table), from, to });
    }
  }
  for (const [schema, tables] of Map.groupBy(names.tables, ([{ schema }]) => schema)) {
    const inUse = [...live.tables, ...live.taken].filter((other) => other.schema === schema).map(({ name }) => name);
    requireFree(inUse, tables.map(([{ name }, to]) => [name, to]), schema === undefined ? "" : `${schema}.`);
    for (const { from, to } of inFreeOrder(tables.map(([{ name }, to]) => ({ from: name, to })), inUse)) {
      operations.push({ kind: "renameTable", from: nameOf({ schema, name: from }), to: nameOf({ schema, name: to }) });
    }
  }
  return { schema: { ...live, tables: live.tables.map((table) => renamed(table, live, names)) }, operations };
}

/** Finds the tables and columns to rename. */
function resolve(live: DatabaseSchema, renames: Renames): NewNames {
  const names: NewNames = { tables: new Map(), columns: new Map() };
  for (const [from, to] of Object.entries(renames)) {
    const problem = problemOfName(to);
    if (problem) throw new InvalidTargetError(`Cannot rename ${from}: the new name "${to}" ${problem}.`);
    const table = live.tables.find((table) => fullName(table) === from);
    if (table) {
      names.tables.set(table, to);
      continue;
    }
    const [of, column] = live.tables.flatMap((table) =>
      table.columns.filter(({ name }) =>
        `${fullName(table)}.${name}` === from
      ).map(({ name }) => [table, name] as const)
    ).at(0) ?? [];
    if (!of) {
      throw new InvalidTargetError(`Cannot rename ${from} to ${to}: no such table or column.`);
    }
    names.columns.set(of, (names.columns.get(of) ?? new Map<string, string>()).set(column!, to));
  }
  return names;
}

/** Refuses a new name that is still in use after the renames. */
function requireFree(
  inUse: readonly string[],
  renames: Iterable<readonly [from: string, to: string]>,
  of: string,
): void {
  const names = new Map(renames);
  for (const [to, from] of Map.groupBy(names.keys(), (name) => names.get(name)!)) {
    const listed = from.map((name) => `${of}${name}`).join(" and ");
    if (from.length > 1) throw new InvalidTargetError(`Cannot rename ${listed} to one name: ${to}.`);
    if (inUse.includes(to) && !names.has(to)) {
      throw new InvalidTargetError(`Cannot rename ${listed} to ${to}: ${of}${to} exists.`);
    }
  }
}

/** A table with the new names, also where it refers to others. */
function renamed(table: TableSchema, live: DatabaseSchema, names: NewNames): TableSchema {
  const own = names.columns.get(table) ?? new Map<string, string>();
  const tableName = (name: ObjectName) => {
    const there = live.tables.find((table) => isSameName(table, name));
    return { there, to: there && names.tables.get(there) || name.name };
  };
  const named = (name: string) => own.get(name) ?? name;
  const inSql = <Text extends string | null>(sql: Text) => (sql === null ? null : withColumnNames(sql, own)) as Text;
  const inDefinition = <Part extends PartSchema>(part: Part, change: (sql: string) => string = inSql): Part => ({
    ...part,
    uses: part.uses.map(named),
    ...(part.definition === undefined ? {} : { definition: change(part.definition) }),
  });
  const inKey = <Key extends KeySchema>(key: Key): Key => inDefinition({ ...key, columns: key.columns.map(named) });
  const inForeignKey = (key: ForeignKeySchema): ForeignKeySchema => {
    const { there, to } = tableName(key.to);
    const columns = there && names.columns.get(there) || new Map<string, string>();
    const changed = {
      ...key,
      columns: key.columns.map(named),
      to: { ...key.to, name: to },
      referred: key.referred.map((name) => columns.get(name) ?? name),
    };
    return inDefinition(changed, (sql) => withKeyNames(sql, own, { table: to, columns }));
  };
  return {
    ...table,
    name: tableName(table).to,
    columns: table.columns.map((column): ColumnSchema => ({
      ...column,
      name: named(column.name),
      dependents: column.dependents?.map((dependent) =>
        dependent.generated === undefined ? dependent : { ...dependent, generated: named(dependent.generated) }
      ),
    })),
    primaryKey: table.primaryKey && inKey(table.primaryKey),
    uniques: table.uniques.map(inKey),
    foreignKeys: table.foreignKeys.map(inForeignKey),
    checks: table.checks.map((check) => inDefinition({ ...check, expression: inSql(check.expression) })),
    indexes: table.indexes.map((index) =>
      inDefinition({ ...index, keys: index.keys.map(inSql), where: inSql(index.where) })
    ),
    others: table.others.map((part) => inDefinition(part)),
  };
}
