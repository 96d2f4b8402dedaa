/**
 * Tables as models define them, and the metadata that collects them.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { LimitOptions } from "../engine/limit.ts";
import { type Column, type ColumnDefinition, type Reference, ServerExpression } from "./columns.ts";
import { createAll, dropAll } from "./ddl.ts";
import { InvalidModelError } from "./errors.ts";
import { conventionalName, snakeCase } from "../base/naming.ts";
import { quote } from "../base/quote.ts";

/** The columns of a model by attribute name. */
// deno-lint-ignore no-explicit-any -- a column of any type
export type Columns = Record<string, Column<any, boolean, boolean>>;

/** A column of a table. */
export interface TableColumn extends ColumnDefinition {
  /** The name in TypeScript, camelCase. */
  readonly attribute: string;
  /** The name in the database, snake_case. */
  readonly name: string;
}

/** Options of a table. They name columns by attribute. */
export interface TableOptions<Attribute extends string = string> {
  /** The schema of the table (default: the first schema of the search path). */
  readonly schema?: string;
  /** The comment of the table in the database. */
  readonly comment?: string;
  /** UNIQUE constraints, each a list of columns. */
  readonly unique?: readonly (readonly Attribute[])[];
  /** Indexes, each a list of columns or with options. */
  readonly indexes?: readonly (readonly Attribute[] | IndexOptions<Attribute>)[];
  /** CHECK constraints: SQL conditions by name. */
  readonly checks?: Readonly<Record<string, string>>;
}

/** Options of an index. */
export interface IndexOptions<Attribute extends string = string> {
  /** The columns, or SQL expressions: `sql("lower(name)")`. */
  readonly on: readonly (Attribute | ServerExpression)[];
  /** The name (default: `ix_table_column`); required if the index contains an expression. */
  readonly name?: string;
  /** Makes the index unique. */
  readonly unique?: boolean;
  /** The access method: `gin`, `gist`, `brin`, `hash`, … (default: `btree`). */
  readonly using?: string;
  /** The condition of a partial index. */
  readonly where?: ServerExpression;
}

/** An index with its columns resolved. */
export interface Index {
  /** The name. */
  readonly name: string;
  /** The columns and expressions of the index. */
  readonly on: readonly (TableColumn | ServerExpression)[];
  /** True for a UNIQUE index. */
  readonly unique: boolean;
  /** The index method; `btree` if missing. */
  readonly using?: string;
  /** The condition of a partial index. */
  readonly where?: ServerExpression;
}

/** A foreign key with its target resolved. */
export interface ForeignKey {
  /** The table with the foreign key. */
  readonly from: Table;
  /** The column of the foreign key. */
  readonly column: TableColumn;
  /** The table referred to. */
  readonly to: Table;
  /** The column referred to. */
  readonly referred: TableColumn;
  /** The action when the referenced row is deleted. */
  readonly onDelete?: Reference["onDelete"];
  /** The action when the referenced key is updated. */
  readonly onUpdate?: Reference["onUpdate"];
}

/** A table as a model defines it. */
export class Table<C extends Columns = Columns, Name extends string = string> {
  /** The columns by attribute; only for the compiler. */
  declare readonly types: C;
  /** The schema; `undefined` means the first one of the search path. */
  readonly schema: string | undefined;
  /** The name, qualified by the schema if there is one: `trade.toys`. */
  readonly fullName: string;
  /** The same name, quoted as SQL requires. */
  readonly sqlName: string;
  /** The comment in the database. */
  readonly comment: string | undefined;
  /** The columns, in the order of their definition. */
  readonly columns: readonly TableColumn[];
  /** The columns of the primary key. */
  readonly primaryKey: readonly TableColumn[];
  /** The version column, if the model has one. */
  readonly version: TableColumn | undefined;
  /** The positions of the primary key in `columns`. */
  readonly keyIndexes: readonly number[];
  /** The positions of the columns whose values can be changed in place: dates, arrays, JSON, bytes. */
  readonly mutableIndexes: readonly number[];
  /** The UNIQUE constraints, without the primary key. */
  readonly uniques: readonly (readonly TableColumn[])[];
  /** The indexes, without those of constraints. */
  readonly indexes: readonly Index[];
  /** The CHECK constraints. */
  readonly checks: readonly { readonly name: string; readonly sql: string }[];

  /**
   * @ignore
   * @throws {InvalidModelError} when there is no primary key, which a session needs to identify rows, when there is
   * more than one version column, and when a name is invalid.
   */
  constructor(readonly name: Name, columns: C, readonly metadata: Metadata, options: TableOptions = {}) {
    requireNames(name, Object.keys(columns), options.schema);
    this.schema = options.schema;
    const path = options.schema === undefined ? [name] : [options.schema, name];
    this.fullName = path.join(".");
    this.sqlName = path.map(quote).join(".");
    this.comment = options.comment;
    this.columns = Object.entries(columns).map(([attribute, { definition }]) => ({
      ...definition,
      attribute,
      name: snakeCase(attribute),
    }));
    this.columns.forEach((column) => requireSql(name, column));
    this.primaryKey = this.columns.filter((column) => column.primaryKey);
    if (this.primaryKey.length === 0) {
      throw new InvalidModelError(name, "it has no primary key: mark a column with .primaryKey()");
    }
    this.version = versionOf(name, this.columns);
    this.keyIndexes = this.primaryKey.map((column) => this.columns.indexOf(column));
    this.mutableIndexes = this.columns.flatMap(({ mutable }, index) => mutable ? [index] : []);
    const named = (attributes: readonly string[]) => {
      if (Array.isArray(attributes)) return attributes.map((attribute) => this.column(attribute));
      throw new InvalidModelError(
        name,
        'unique takes a list of lists, one for each constraint: [["street", "number"]]',
      );
    };
    const single = (which: "unique" | "index") => this.columns.filter((column) => column[which]);
    this.uniques = [...single("unique").map((column) => [column]), ...(options.unique ?? []).map(named)];
    this.indexes = [
      ...single("index").map(({ attribute }) => this.#index({ on: [attribute] })),
      ...(options.indexes ?? []).map((index) => this.#index("on" in index ? index : { on: index })),
    ];
    this.checks = [
      ...this.columns.flatMap(({ name, check }) => check === undefined ? [] : [{ name, sql: check }]),
      ...Object.entries(options.checks ?? {}).map(([name, sql]) => ({ name, sql })),
    ];
  }

  /**
   * Returns the column of an attribute.
   *
   * @throws {InvalidModelError} when there is none.
   */
  column(attribute: string): TableColumn {
    const found = this.columns.find((column) => column.attribute === attribute);
    if (!found) throw new InvalidModelError(this.name, `it has no column "${attribute}"`);
    return found;
  }

  /**
   * Resolves the foreign keys: on demand, because a table may refer to one that is declared later.
   *
   * @throws {InvalidModelError} when a target does not exist.
   */
  foreignKeys(): ForeignKey[] {
    return this.columns.flatMap((column) => {
      if (!column.references) return [];
      const { target, onDelete, onUpdate } = column.references;
      return [{ from: this, column, ...this.#resolve(column, target), onDelete, onUpdate }];
    });
  }

  #index({ on, name, unique = false, using, where }: IndexOptions): Index {
    const keys = on.map((key) => typeof key === "string" ? this.column(key) : key);
    const columns = keys.filter((key): key is TableColumn => "name" in key);
    if (name === undefined && columns.length < keys.length) {
      throw new InvalidModelError(this.name, "an index of an expression needs a name");
    }
    return { name: name ?? conventionalName("ix", this.name, columns), on: keys, unique, using, where };
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
    const dot = target.lastIndexOf(".");
    const table = this.metadata.tables.get(target.slice(0, dot));
    const referred = table?.columns.find(({ name }) => name === target.slice(dot + 1));
    if (table && referred) return { to: table, referred };
    const known = [...this.metadata.tables.keys()].join(", ");
    throw new InvalidModelError(
      this.name,
      `"${column.attribute}" refers to "${target}", which is no column of a known table; the tables are: ${known}`,
    );
  }
}

/** The tables of all models of one base, in the order of their declaration. */
export class Metadata {
  /** The tables by name, qualified by the schema if there is one: `shop.toys`. */
  readonly tables: Map<string, Table> = new Map();

  /**
   * Defines a table.
   *
   * @throws {InvalidModelError} when a table of this name is defined, or the definition is invalid.
   */
  add<C extends Columns, Name extends string>(name: Name, columns: C, options?: TableOptions): Table<C, Name> {
    const table = new Table(name, columns, this, options);
    if (this.tables.has(table.fullName)) {
      throw new InvalidModelError(table.fullName, "this table already has a model");
    }
    this.tables.set(table.fullName, table);
    return table;
  }

  /**
   * Creates the tables that do not exist, with their types, constraints and indexes. Existing tables are not changed;
   * use migrations for that.
   *
   * @param limits `signal` and `timeout` (milliseconds) for all statements together.
   * @throws {AnswerTimeoutError} when the timeout expires.
   * @throws the signal's reason when it aborts.
   * @throws {DatabaseError} when the server reports an error.
   */
  async createAll(connection: Connection, limits?: LimitOptions): Promise<void> {
    await createAll(connection, this, limits);
  }

  /**
   * Drops the tables and types that exist, with their contents.
   *
   * @param limits as for `createAll()`.
   */
  async dropAll(connection: Connection, limits?: LimitOptions): Promise<void> {
    await dropAll(connection, this, limits);
  }
}

/** Reports whether a column is an array of an enum type, which is read as `text[]`: its type is unknown to drivers. */
export function isEnumList({ type, values }: TableColumn): boolean {
  return values !== undefined && type.endsWith("[]");
}

function versionOf(table: string, columns: readonly TableColumn[]): TableColumn | undefined {
  const versions = columns.filter(({ version }) => version);
  const [version] = versions;
  const problem = versions.length > 1
    ? `a model has at most one version column, but this one has ${
      versions.map(({ attribute }) => `"${attribute}"`).join(" and ")
    }`
    : version && (version.nullable || version.primaryKey || !/^(small)?int/.test(version.type))
    ? `the version "${version.attribute}" must be an integer, not nullable and not in the primary key`
    : undefined;
  if (problem) throw new InvalidModelError(table, problem);
  return version;
}

/** Checks server defaults: where types are not checked, as in a notebook, a bare value would become "undefined" in SQL. */
function requireSql(table: string, { attribute, serverDefault, onUpdate }: TableColumn): void {
  for (const value of [serverDefault, onUpdate]) {
    if (value === undefined || value instanceof ServerExpression) continue;
    const text = `the serverDefault or onUpdate of "${attribute}" must be SQL: write sql(${
      JSON.stringify(String(value))
    })`;
    throw new InvalidModelError(table, text);
  }
}

function requireNames(table: string, attributes: readonly string[], schema = ""): void {
  if (/[\p{Lu}.\s]/u.test(table + schema)) {
    throw new InvalidModelError(table, "a table is named in snake_case, without its schema, such as user_toy");
  }
  const names = new Map<string, string>();
  for (const attribute of attributes) {
    const name = snakeCase(attribute);
    if (names.has(name)) {
      throw new InvalidModelError(table, `"${names.get(name)}" and "${attribute}" map to one column, ${name}`);
    }
    names.set(name, attribute);
    if (attribute in Object.prototype) {
      throw new InvalidModelError(table, `a column cannot be named "${attribute}", which every object has`);
    }
  }
}
