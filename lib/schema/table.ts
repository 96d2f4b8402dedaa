/**
 * Tables as the models describe them, and the metadata that knows them all.
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
  /** The schema of the table (default: the first one of the search path). */
  readonly schema?: string;
  /** What the database says of the table. */
  readonly comment?: string;
  /** Combinations of columns that no two rows share. */
  readonly unique?: readonly (readonly Attribute[])[];
  /** Combinations of columns by which rows can be found, or more than that said of an index. */
  readonly indexes?: readonly (readonly Attribute[] | IndexOptions<Attribute>)[];
  /** SQL conditions that every row fulfils, by a name of their own. */
  readonly checks?: Readonly<Record<string, string>>;
}

/** An index, by which rows can be found. */
export interface IndexOptions<Attribute extends string = string> {
  /** Columns, or SQL: `sql("lower(name)")`. */
  readonly on: readonly (Attribute | ServerExpression)[];
  /** Its name; needed where it indexes an expression (default: `ix_table_column`). */
  readonly name?: string;
  /** No two rows that it indexes share the values. */
  readonly unique?: boolean;
  /** `gin`, `gist`, `brin`, `hash`, … (default: `btree`). */
  readonly using?: string;
  /** It holds only the rows for which this is true. */
  readonly where?: ServerExpression;
}

/** An index whose columns are known. */
export interface Index {
  readonly name: string;
  readonly on: readonly (TableColumn | ServerExpression)[];
  readonly unique: boolean;
  readonly using?: string;
  readonly where?: ServerExpression;
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
  /** The schema it is in; `undefined`: the first one of the search path. */
  readonly schema: string | undefined;
  /** Its name with its schema, where it has one: `trade.toys`. */
  readonly fullName: string;
  /** The same as SQL writes it, quoted where it must be. */
  readonly sqlName: string;
  /** What the database says of it. */
  readonly comment: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly TableColumn[];
  /** The column that counts the writes of each row, if the model has one. */
  readonly version: TableColumn | undefined;
  /** The positions of the primary key among the columns. */
  readonly keyIndexes: readonly number[];
  /** The positions of the columns whose values can be changed in place: dates, arrays, JSON, bytes. */
  readonly mutableIndexes: readonly number[];
  /** The combinations of columns that no two rows share, beside the primary key. */
  readonly uniques: readonly (readonly TableColumn[])[];
  /** The indexes beside those that constraints need. */
  readonly indexes: readonly Index[];
  /** The conditions that every row fulfils. */
  readonly checks: readonly { readonly name: string; readonly sql: string }[];

  /**
   * @throws {InvalidModelError} when no column is the primary key, because a session could not tell the rows apart, for
   * a second version column, and for a name that cannot be used.
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
    this.mutableIndexes = this.columns.flatMap(({ type }, index) => MUTABLE.test(type) ? [index] : []);
    const named = (attributes: readonly string[]) => {
      if (Array.isArray(attributes)) return attributes.map((attribute) => this.column(attribute));
      throw new InvalidModelError(name, 'unique is a list of lists, one for each rule: [["street", "number"]]');
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

/** The tables of all models made from one base, in the order in which they were made. */
export class Metadata {
  /** By name, with the schema before it where a table has one: `shop.toys`. */
  readonly tables: Map<string, Table> = new Map();

  /** Makes a table and keeps it. @throws {InvalidModelError} when there is one of this name. */
  add<C extends Columns, Name extends string>(name: Name, columns: C, options?: TableOptions): Table<C, Name> {
    const table = new Table(name, columns, this, options);
    if (this.tables.has(table.fullName)) {
      throw new InvalidModelError(table.fullName, "there is a model for this table already");
    }
    this.tables.set(table.fullName, table);
    return table;
  }

  /**
   * Creates the tables that are not there, with their types, constraints and indexes. It changes nothing that is there:
   * that is what migrations do.
   *
   * @param limits `signal` and `timeout` (milliseconds) for all of it.
   * @throws {AnswerTimeoutError} @throws the signal's reason @throws {DatabaseError} what the server reports.
   */
  async createAll(connection: Connection, limits?: LimitOptions): Promise<void> {
    await createAll(connection, this, limits);
  }

  /** Drops the tables and types that are there, with everything in them. @param limits as of `createAll()`. */
  async dropAll(connection: Connection, limits?: LimitOptions): Promise<void> {
    await dropAll(connection, this, limits);
  }
}

/** An array of an enum type is read as one of texts: only the server knows that its own type is an array. */
export function isEnumList({ type, values }: TableColumn): boolean {
  return values !== undefined && type.endsWith("[]");
}

function versionOf(table: string, columns: readonly TableColumn[]): TableColumn | undefined {
  const versions = columns.filter(({ version }) => version);
  const [version] = versions;
  const problem = versions.length > 1
    ? `a model has one version, and this has ${versions.map(({ attribute }) => `"${attribute}"`).join(" and ")}`
    : version && (version.nullable || version.primaryKey || !/^(small)?int/.test(version.type))
    ? `the version "${version.attribute}" counts, so it is an integer, not nullable, and no primary key`
    : undefined;
  if (problem) throw new InvalidModelError(table, problem);
  return version;
}

/** Where types are not checked, as in a notebook, a bare value would end up in the SQL as "undefined". */
function requireSql(table: string, { attribute, serverDefault, onUpdate }: TableColumn): void {
  for (const value of [serverDefault, onUpdate]) {
    if (value === undefined || value instanceof ServerExpression) continue;
    const text = `what the server makes for "${attribute}" is SQL: write sql(${JSON.stringify(String(value))})`;
    throw new InvalidModelError(table, text);
  }
}

function requireNames(table: string, attributes: readonly string[], schema = ""): void {
  if (/[\p{Lu}.\s]/u.test(table + schema)) {
    throw new InvalidModelError(table, "a table is named in snake_case, its schema apart, such as user_toy");
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
