/**
 * Keys, checks and indexes of a table, with the columns and tables that the options name resolved.
 *
 * @module
 */
import { closest } from "../base/closest.ts";
import { conventionalName } from "../base/naming.ts";
import type { Deferrable, ReferenceOptions, ReferenceTarget, ServerExpression } from "./columns.ts";
import { InvalidModelError } from "./errors.ts";
import type { Table, TableColumn } from "./table.ts";
import type { ForeignKeyOptions, IndexDefinition, IndexOptions, TableOptions, UniqueOptions } from "./table_options.ts";

/** A UNIQUE constraint with its columns resolved. */
export interface Unique {
  /** The name, if the model gives one. */
  readonly name?: string;
  /** The columns. */
  readonly columns: readonly TableColumn[];
  /** When the constraint is checked. */
  readonly deferrable?: Deferrable;
}

/** A constraint in SQL: the condition of a CHECK, or a whole definition. */
export interface SqlConstraint {
  /** The name in the database. */
  readonly name: string;
  /** The SQL. */
  readonly sql: string;
}

/** An index with its columns resolved. */
export interface Index {
  /** The name. */
  readonly name: string;
  /** The columns and expressions of the index; none if it is given by its definition. */
  readonly on: readonly (TableColumn | ServerExpression)[];
  /** True for a UNIQUE index. */
  readonly unique: boolean;
  /** The index method; `btree` if missing. */
  readonly using?: string;
  /** The condition of a partial index. */
  readonly where?: ServerExpression;
  /** What follows USING, instead of `on`, `using` and `where`. */
  readonly definition?: string;
}

/** A foreign key with its target resolved. */
export interface ForeignKey extends ReferenceOptions {
  /** The table with the foreign key. */
  readonly from: Table;
  /** The columns of the foreign key. */
  readonly columns: readonly TableColumn[];
  /** The table referred to. */
  readonly to: Table;
  /** The columns referred to, in the order of `columns`. */
  readonly referredColumns: readonly TableColumn[];
  /** The column; of several the first that accepts NULL, without which the row refers to nothing, else the first. */
  readonly column: TableColumn;
  /** The column that it refers to. */
  readonly referred: TableColumn;
}

/** Resolves the UNIQUE constraints. */
export function uniquesOf(table: Table, { unique = [] }: TableOptions): Unique[] {
  return [
    ...table.columns.flatMap((column) => column.unique ? [{ columns: [column], ...column.uniqueOptions }] : []),
    ...unique.map((options): Unique => {
      const isBare = typeof options !== "object" || Array.isArray(options); // a string, where types are not checked
      const { on, name, deferrable } = (isBare ? { on: options } : options) as UniqueOptions;
      if (Array.isArray(on)) return { name, deferrable, columns: on.map((attribute) => table.column(attribute)) };
      throw new InvalidModelError(
        table.name,
        'unique takes a list of lists, one for each constraint: [["street", "number"]]',
      );
    }),
  ];
}

/** Resolves the CHECK constraints. */
export function checksOf(table: Table, { checks = {} }: TableOptions): SqlConstraint[] {
  const conventional = (part: string) => conventionalName("ck", table.name, [part]);
  return [
    ...table.columns.flatMap(({ name, check, checkName = conventional(name) }) =>
      check === undefined ? [] : [{ name: checkName, sql: check }]
    ),
    ...Object.entries(checks).map(([name, check]) =>
      typeof check === "string" ? { name: conventional(name), sql: check } : check
    ),
  ];
}

/** Resolves the indexes. */
export function indexesOf(table: Table, { indexes = [] }: TableOptions): Index[] {
  return [
    ...table.columns.flatMap(({ attribute, index, indexName }) =>
      index ? [indexOf(table, { on: [attribute], name: indexName })] : []
    ),
    ...indexes.map((index) => indexOf(table, "name" in index || "on" in index ? index : { on: index })),
  ];
}

function indexOf(table: Table, index: IndexOptions | IndexDefinition): Index {
  if ("definition" in index) return { ...index, on: [], unique: index.unique ?? false };
  const { on, name, unique = false, using, where } = index;
  const keys = on.map((key) => typeof key === "string" ? table.column(key) : key);
  const columns = keys.filter((key): key is TableColumn => "name" in key);
  if (name === undefined && columns.length < keys.length) {
    throw new InvalidModelError(table.name, "an index of an expression needs a name");
  }
  return { name: name ?? conventionalName("ix", table.name, columns), on: keys, unique, using, where };
}

/**
 * Resolves the foreign keys.
 *
 * @throws {InvalidModelError} when a target does not exist, or the columns do not fit.
 */
export function foreignKeysOf(table: Table, several: readonly ForeignKeyOptions[]): ForeignKey[] {
  const keys = [
    ...table.columns.flatMap((column) => {
      if (!column.references) return [];
      const { target, ...options } = column.references;
      return [{ columns: [column], ...referredColumn(table, column, target), options }];
    }),
    ...several.map(({ on, references, columns, ...options }) => ({
      columns: on.map((attribute) => table.column(attribute)),
      ...referredColumns(table, on, references, columns),
      options,
    })),
  ];
  return keys.map(({ columns, to, referredColumns, options }) => {
    const first = Math.max(0, columns.findIndex(({ nullable }) => nullable));
    return {
      ...options,
      from: table,
      columns,
      to,
      referredColumns,
      column: columns[first],
      referred: referredColumns[first],
    };
  });
}

/**
 * Checks the columns that foreign keys of one column name, as far as their tables are defined: others may follow.
 *
 * @throws {InvalidModelError} when a defined table lacks the column.
 */
export function requireReferences(table: Table): void {
  for (const column of table.columns) {
    const target = column.references?.target;
    // of a name with further dots the table may be one that follows
    const [name, ...rest] = typeof target === "string" ? target.split(".") : [];
    if (rest.length === 1 && table.metadata.tables.has(name)) referredColumn(table, column, target!);
  }
}

/** The table and columns that a foreign key refers to. */
type Referred = Pick<ForeignKey, "to" | "referredColumns">;

function referredColumn(table: Table, { attribute }: TableColumn, target: ReferenceTarget): Referred {
  if (typeof target !== "string") {
    const { table: to } = target();
    if (to.primaryKey.length === 1) return { to, referredColumns: to.primaryKey };
    throw new InvalidModelError(
      table.name,
      `"${attribute}" refers to "${to.name}", whose key has several columns: name one, as "table.column", or give the ` +
        "table foreignKeys",
    );
  }
  let known: Table | undefined;
  for (let dot = target.indexOf("."); dot >= 0; dot = target.indexOf(".", dot + 1)) { // names may contain dots
    const to = table.metadata.tables.get(target.slice(0, dot));
    const referred = to?.columns.find(({ name }) => name === target.slice(dot + 1));
    if (to && referred) return { to, referredColumns: [referred] };
    known ??= to;
  }
  if (known) {
    const names = known.columns.map(({ name }) => name);
    const meant = closest(target.slice(known.fullName.length + 1), names);
    const advice = meant ? `did you mean "${known.fullName}.${meant}"?` : `its columns are: ${names.join(", ")}`;
    throw new InvalidModelError(
      table.name,
      `"${attribute}" refers to "${target}", but "${known.name}" has no such column: ${advice}`,
    );
  }
  throw new InvalidModelError(
    table.name,
    `"${attribute}" refers to "${target}", which is no column of a known table; the tables are: ${tableNames(table)}`,
  );
}

function referredColumns(
  table: Table,
  on: readonly string[],
  references: ForeignKeyOptions["references"],
  names: readonly string[] | undefined,
): Referred {
  const key = `the foreign key of "${on.join('", "')}"`;
  const to = typeof references === "string" ? table.metadata.tables.get(references) : references().table;
  if (!to) {
    throw new InvalidModelError(
      table.name,
      `${key} refers to "${references}", which is no known table; the tables are: ${tableNames(table)}`,
    );
  }
  const referredColumns = names === undefined ? to.primaryKey : names.map((name) => {
    const column = to.columns.find(({ attribute }) => attribute === name) ??
      to.columns.find((column) => column.name === name);
    if (column) return column;
    throw new InvalidModelError(table.name, `${key} refers to "${name}", which is no column of "${to.name}"`);
  });
  if (on.length === referredColumns.length && on.length > 0) return { to, referredColumns };
  throw new InvalidModelError(
    table.name,
    `${key} has ${on.length} columns, but refers to ${referredColumns.length} of "${to.name}": name as many in columns`,
  );
}

function tableNames({ metadata }: Table): string {
  return [...metadata.tables.keys()].join(", ");
}
