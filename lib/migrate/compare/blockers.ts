/** Finds what stands in the way of a change of a table: a change that would fail is not generated. @module */
import {
  type ColumnSchema,
  type Dependent,
  type ForeignKeySchema,
  fullName,
  type PartSchema,
  type TableSchema,
} from "../database_schema.ts";

/** A foreign key that stays as it is. */
export interface Reference {
  readonly table: TableSchema;
  readonly key: ForeignKeySchema;
}

/** A column of the database, and what stays of its table. */
export interface ColumnInTable {
  readonly table: TableSchema;
  readonly column: ColumnSchema;
  /** Constraints and indexes that stay. */
  readonly parts: readonly PartSchema[];
  /** Foreign keys to the table that stay. */
  readonly references: readonly Reference[];
}

/**
 * Names what prevents the drop of a column, or would vanish with it.
 *
 * @param isDropped whether another column of the table is dropped, too
 */
export function blockersOfDrop(of: ColumnInTable, isDropped: (column: string) => boolean): string[] {
  const dependents = (of.column.dependents ?? []).filter(({ generated }) =>
    generated === undefined || !isDropped(generated)
  );
  return [...dependents.map(({ name }) => name), ...partsOn(of).map(nameOfPart), ...referencesTo(of)];
}

/** Names what prevents another type of a column. */
export function blockersOfRetype(of: ColumnInTable, type: string): string[] {
  const { table, column } = of;
  const rowType = (table.dependents ?? []).filter(({ kind }) => kind === "column");
  const isSimilar = isSameFamily(column.type, type);
  const isBlocker = ({ kind }: Dependent) => kind !== "default" && !(kind === "statistics" && isSimilar);
  const dependents = [...(column.dependents ?? []).filter(isBlocker), ...rowType].map(({ name }) => name);
  if (isSimilar) return dependents; // the server builds keys and expressions anew
  return [...dependents, ...partsOn(of).filter((part) => !isBuiltAnew(part)).map(nameOfPart), ...referencesTo(of)];
}

/** Names the columns of other relations that prevent new columns with values, because their type is the table's row type. */
export function blockersOfValues({ dependents = [] }: TableSchema, column: ColumnSchema): string[] {
  if (column.default === null && !column.identity) return [];
  return dependents.filter(({ kind }) => kind === "column").map(({ name }) => name);
}

/** Names the defaults of other columns that take their values from the sequence of an identity column. */
export function blockersOfIdentity({ dependents = [] }: ColumnSchema): string[] {
  return dependents.filter(({ kind }) => kind === "default").map(({ name }) => name);
}

/** Names what prevents the drop of a key or index. */
export function blockersOfKey({ dependents = [] }: PartSchema, references: readonly Reference[]): string[] {
  return [...dependents.map(({ name }) => name), ...references.map(nameOfReference)];
}

/** Writes `view v depends on it`, `view v and view w depend on it`. */
export function depends(names: readonly string[]): string {
  const all = [...new Set(names)];
  const list = all.length === 1 ? all[0] : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
  return `${list} ${all.length === 1 ? "depends" : "depend"} on it`;
}

function nameOfReference({ table, key }: Reference): string {
  return `foreign key ${key.name} of ${fullName(table)}`;
}

function partsOn({ column, parts }: ColumnInTable): PartSchema[] {
  return parts.filter(({ uses }) => uses.includes(column.name));
}

function nameOfPart(part: PartSchema): string {
  return `${"method" in part ? "index" : "constraint"} ${part.name}`;
}

function referencesTo({ column, references }: ColumnInTable): string[] {
  return references.filter(({ key }) => key.referred.includes(column.name)).map(nameOfReference);
}

/** Whether the server can build a part again for any type: a primary key or unique constraint. */
function isBuiltAnew(part: PartSchema): boolean {
  return "columns" in part && !("to" in part);
}

/** Types with the same operators. */
const FAMILIES = [["smallint", "integer", "bigint"], ["character", "character varying", "text"]];

/** Whether two types have the same operators, so that keys and expressions can be built anew. */
export function isSameFamily(one: string, other: string): boolean {
  const [base, otherBase] = [one, other].map((type) => type.replace(/\(.*\)/, ""));
  return base === otherBase || FAMILIES.some((types) => types.includes(base) && types.includes(otherBase));
}
