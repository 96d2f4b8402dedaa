/**
 * Names of constraints, and checks of all names: the server cuts off long ones silently, and reports names that are in
 * use only after other statements have run.
 *
 * @module
 */
import { TYPES } from "../base/keywords.ts";
import { conventionalName, problemOfName } from "../base/naming.ts";
import { quote } from "../base/quote.ts";
import type { ForeignKey, Unique } from "./constraints.ts";
import { InvalidModelError } from "./errors.ts";
import type { Metadata, Table, TableColumn } from "./table.ts";

/** An object of a table that has a name. */
interface Named {
  /** `index`, `check`, … */
  readonly kind: string;
  readonly name: string;
}

/** Returns the name of the primary key. */
export function primaryKeyName({ primaryKeyName, name }: Table): string {
  return primaryKeyName ?? conventionalName("pk", name);
}

/** Returns the name of a UNIQUE constraint. */
export function uniqueName(table: Table, { name, columns }: Unique): string {
  return name ?? conventionalName("uq", table.name, columns);
}

/** Returns the name of a foreign key. */
export function foreignKeyName({ name, from, columns, to }: ForeignKey): string {
  return name ?? conventionalName("fk", from.name, [...columns, to]);
}

/**
 * Checks the names in a table, except those of foreign keys, whose targets may be declared later.
 *
 * @throws {InvalidModelError} when a name is invalid, or is given twice.
 */
export function requireNames(table: Table): void {
  const columns = table.columns.map(({ name }) => ({ kind: "column", name }));
  const schema = table.schema === undefined ? [] : [{ kind: "schema", name: table.schema }];
  for (const { kind, name } of [...schema, ...columns, ...relationsOf(table), ...constraintsOf(table)]) {
    const problem = problemOfName(name);
    if (problem) throw new InvalidModelError(table.name, `the ${kind} "${name}" ${problem}`);
  }
  for (const column of table.columns) requireEnum(table, column);
  requireDistinct(table, relationsOf(table));
  requireDistinct(table, constraintsOf(table));
}

/**
 * Checks that objects of different tables have different names where PostgreSQL requires it.
 *
 * @throws {InvalidModelError} when two objects have one name.
 */
export function requireDistinctNames(metadata: Metadata): void {
  const tables = [...metadata.tables.values()];
  for (const table of tables) {
    const foreignKeys = table.foreignKeys().map((key) => ({ kind: "foreign key", name: foreignKeyName(key) }));
    requireDistinct(table, [...constraintsOf(table), ...foreignKeys]);
  }
  for (const ofSchema of Map.groupBy(tables, ({ schema }) => schema).values()) {
    const relations = ofSchema.flatMap((table) => relationsOf(table).map((relation) => ({ table, ...relation })));
    for (const [name, [first, second]] of Map.groupBy(relations, ({ name }) => name)) {
      if (second) refuse(second.table, name, phrase(second), `${phrase(first)} of "${first.table.name}"`);
    }
  }
  const types = new Set(tables.flatMap(({ columns }) => columns.flatMap((column) => enumName(column) ?? [])));
  const main = tables.filter(({ schema }) => schema === undefined); // enum types lie in the main schema
  const table = main.find(({ name }) => types.has(name));
  if (table) refuse(table, table.name, "this table", "an enum type");
}

/** Objects that share their names with all tables and indexes of the schema. */
function relationsOf(table: Table): Named[] {
  return [
    { kind: "table", name: table.name },
    ...keysOf(table),
    ...table.indexes.map(({ name }) => ({ kind: "index", name })),
    ...table.constraints.filter(({ sql }) => /^\s*EXCLUDE\b/i.test(sql))
      .map(({ name }) => ({ kind: "exclusion constraint", name })),
  ];
}

/** Objects that share their names within the table. */
function constraintsOf(table: Table): Named[] {
  return [
    ...keysOf(table),
    ...table.checks.map(({ name }) => ({ kind: "check", name })),
    ...table.constraints.map(({ name }) => ({ kind: "constraint", name })),
  ];
}

function keysOf(table: Table): Named[] {
  return [
    { kind: "primary key", name: primaryKeyName(table) },
    ...table.uniques.map((unique) => ({ kind: "unique constraint", name: uniqueName(table, unique) })),
  ];
}

function requireDistinct(table: Table, named: readonly Named[]): void {
  for (const [name, [first, second]] of Map.groupBy(named, ({ name }) => name)) {
    if (!second) continue;
    if (first.kind !== second.kind) refuse(table, name, phrase(first), phrase(second));
    throw new InvalidModelError(table.name, `the ${first.kind} "${name}" is declared twice`);
  }
}

function refuse(table: Table, name: string, one: string, other: string): never {
  throw new InvalidModelError(table.name, `"${name}" names ${one} and ${other}: give one of them another name`);
}

/** `an index`, `a check`. */
function phrase({ kind }: Named): string {
  return `${/^[aeio]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** The unquoted name of the enum type of a column. */
function enumName({ type, values }: TableColumn): string | undefined {
  if (!values) return undefined;
  const name = type.replace(/(\[\])+$/, "");
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function requireEnum(table: Table, column: TableColumn): void {
  const name = enumName(column);
  if (name === undefined) return;
  const values = column.values!;
  const refused = values.find((value) => value !== "" && problemOfName(value));
  const twice = values.find((value, index) => values.indexOf(value) < index);
  const problem = problemOfName(name)
    ? `the enum type "${name}" ${problemOfName(name)}`
    : TYPES.has(name)
    ? `PostgreSQL has a type ${quote(name)} of its own: give the enum type another name`
    : refused !== undefined
    ? `the value "${refused}" of the enum type "${name}" ${problemOfName(refused)}`
    : twice !== undefined
    ? `the enum type "${name}" has the value "${twice}" twice`
    : undefined;
  if (problem) throw new InvalidModelError(table.name, problem);
}
