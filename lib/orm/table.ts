/**
 * Tables as the models describe them, and the metadata that knows them all.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { Column, ColumnDefinition, Reference } from "./columns.ts";
import { createAll, dropAll } from "./ddl.ts";
import { InvalidModelError } from "./errors.ts";

/** The columns of a model by attribute name. */
// deno-lint-ignore no-explicit-any -- any column, whatever its type
export type Columns = Record<string, Column<any, boolean, boolean>>;

const MUTABLE = /^(timestamptz|bytea|jsonb?)$|\[\]$/;

/** A column in its table. */
export interface TableColumn extends ColumnDefinition {
  /** The name in TypeScript, camelCase. */
  readonly attribute: string;
  /** The name in the database, snake_case. */
  readonly name: string;
}

/** What a table has beside its columns; columns are named by attribute. */
export interface TableOptions<Attribute extends string = string> {
  /** Combinations of columns that no two rows share. */
  readonly unique?: readonly (readonly Attribute[])[];
  /** Combinations of columns by which rows can be found. */
  readonly indexes?: readonly (readonly Attribute[])[];
  /** SQL conditions that every row fulfils, by a name of their own. */
  readonly checks?: Readonly<Record<string, string>>;
}

/** A foreign key whose target is known. */
export interface ForeignKey {
  readonly from: Table;
  readonly column: TableColumn;
  readonly to: Table;
  readonly referred: TableColumn;
  readonly onDelete?: Reference["onDelete"];
  readonly onUpdate?: Reference["onUpdate"];
}

/** A table as the models describe it. */
export class Table<C extends Columns = Columns, Name extends string = string> {
  /** Only types: the columns by attribute name. */
  declare readonly types: C;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly TableColumn[];
  /** The positions of the primary key among the columns. */
  readonly keyIndexes: readonly number[];
  /** The positions of the columns whose values can be changed in place: dates, arrays, JSON, bytes. */
  readonly mutableIndexes: readonly number[];
  /** The combinations of columns that no two rows share, beside the primary key. */
  readonly uniques: readonly (readonly TableColumn[])[];
  /** The combinations of columns by which rows can be found, beside the unique ones. */
  readonly indexes: readonly (readonly TableColumn[])[];
  /** The conditions that every row fulfils. */
  readonly checks: readonly { readonly name: string; readonly sql: string }[];

  /**
   * @throws {InvalidModelError} when no column is the primary key, because a session could not tell the rows apart, and
   * for a name that cannot be used.
   */
  constructor(readonly name: Name, columns: C, readonly metadata: Metadata, options: TableOptions = {}) {
    requireNames(name, Object.keys(columns));
    this.columns = Object.entries(columns).map(([attribute, { definition }]) => ({
      ...definition,
      attribute,
      name: snakeCase(attribute),
    }));
    this.primaryKey = this.columns.filter((column) => column.primaryKey);
    if (this.primaryKey.length === 0) {
      throw new InvalidModelError(name, "it has no primary key: mark a column with .primaryKey()");
    }
    this.keyIndexes = this.primaryKey.map((column) => this.columns.indexOf(column));
    this.mutableIndexes = this.columns.flatMap(({ type }, index) => MUTABLE.test(type) ? [index] : []);
    const combined = (lists: TableOptions["unique"] = []) => lists.map((list) => list.map((name) => this.column(name)));
    const single = (which: "unique" | "index") =>
      this.columns.filter((column) => column[which]).map((column) => [column]);
    this.uniques = [...single("unique"), ...combined(options.unique)];
    this.indexes = [...single("index"), ...combined(options.indexes)];
    this.checks = [
      ...this.columns.flatMap(({ name, check }) => check === undefined ? [] : [{ name, sql: check }]),
      ...Object.entries(options.checks ?? {}).map(([name, sql]) => ({ name, sql })),
    ];
  }

  /** The column of an attribute. @throws {InvalidModelError} */
  column(attribute: string): TableColumn {
    const found = this.columns.find((column) => column.attribute === attribute);
    if (!found) throw new InvalidModelError(this.name, `it has no column "${attribute}"`);
    return found;
  }

  /** The foreign keys; resolved when asked for, because a table may refer to one that is declared later. */
  foreignKeys(): ForeignKey[] {
    return this.columns.flatMap((column) => {
      if (!column.references) return [];
      const { target, onDelete, onUpdate } = column.references;
      return [{ from: this, column, ...this.#resolve(column, target), onDelete, onUpdate }];
    });
  }

  #resolve(column: TableColumn, target: Reference["target"]): { to: Table; referred: TableColumn } {
    if (typeof target !== "string") {
      const { table } = target();
      if (table.primaryKey.length === 1) return { to: table, referred: table.primaryKey[0] };
      throw new InvalidModelError(
        this.name,
        `"${column.attribute}" refers to "${table.name}", whose key has several columns: name one, as "table.column"`,
      );
    }
    const [name, columnName, ...rest] = target.split(".");
    const table = this.metadata.tables.get(name);
    const referred = table?.columns.find((candidate) => candidate.name === columnName);
    if (table && referred && rest.length === 0) return { to: table, referred };
    const known = [...this.metadata.tables.keys()].join(", ");
    throw new InvalidModelError(
      this.name,
      `"${column.attribute}" refers to "${target}", which is no column of a known table; the tables are: ${known}`,
    );
  }
}

/** The tables of all models made from one base, in the order in which they were made. */
export class Metadata {
  readonly tables: Map<string, Table> = new Map();

  /** Makes a table and keeps it. @throws {InvalidModelError} when there is one of this name. */
  add<C extends Columns, Name extends string>(name: Name, columns: C, options?: TableOptions): Table<C, Name> {
    if (this.tables.has(name)) throw new InvalidModelError(name, "there is a model for this table already");
    const table = new Table(name, columns, this, options);
    this.tables.set(name, table);
    return table;
  }

  /**
   * Creates the tables that are not there, with their types, constraints and indexes. It changes nothing that is there:
   * that is what migrations do.
   */
  async createAll(connection: Connection): Promise<void> {
    await createAll(connection, this);
  }

  /** Drops the tables and types that are there, with everything in them. */
  async dropAll(connection: Connection): Promise<void> {
    await dropAll(connection, this);
  }
}

/** `createdAt` → `created_at`, `appURL` → `app_url`, as Kysely's CamelCasePlugin has it. */
export function snakeCase(name: string): string {
  return name.replace(/\p{Lu}+/gu, (letters, index) => (index > 0 ? "_" : "") + letters.toLowerCase());
}

function requireNames(table: string, attributes: readonly string[]): void {
  if (/[\p{Lu}.\s]/u.test(table)) {
    throw new InvalidModelError(table, "a table is named in snake_case, without its schema, such as user_toy");
  }
  const names = new Map<string, string>();
  for (const attribute of attributes) {
    const name = snakeCase(attribute);
    if (names.has(name)) {
      throw new InvalidModelError(table, `"${names.get(name)}" and "${attribute}" are one column, ${name}`);
    }
    names.set(name, attribute);
    if (attribute in Object.prototype) {
      throw new InvalidModelError(table, `a column cannot be named "${attribute}", which every object has`);
    }
  }
}
