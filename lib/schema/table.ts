/**
 * Tables as models define them, and the metadata that collects them.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { checkOptions } from "../engine/check_options.ts";
import type { LimitOptions } from "../engine/limit.ts";
import { type Column, type ColumnDefinition, ServerExpression } from "./columns.ts";
import {
  checksOf,
  type ForeignKey,
  foreignKeysOf,
  type Index,
  indexesOf,
  requireReferences,
  type SqlConstraint,
  type Unique,
  uniquesOf,
} from "./constraints.ts";
import { createAll, dropAll } from "./ddl.ts";
import { InvalidModelError } from "./errors.ts";
import { requireNames } from "./names.ts";
import { isTableName, snakeCase } from "../base/naming.ts";
import { quote } from "../base/quote.ts";
import { arrivesAsText } from "./text_types.ts";
import { TABLE_OPTIONS, type TableOptions } from "./table_options.ts";

export type { ReferentialAction } from "./columns.ts";
export type { ForeignKey, Index, SqlConstraint, Unique } from "./constraints.ts";
export type {
  CheckOptions,
  ForeignKeyOptions,
  IndexDefinition,
  IndexOptions,
  PrimaryKeyOptions,
  TableOptions,
  UniqueOptions,
} from "./table_options.ts";

/** The columns of a model by attribute name. */
// deno-lint-ignore no-explicit-any -- a column of any type
export type Columns = Record<string, Column<any, boolean, boolean, boolean>>;

/** A column of a table. */
export interface TableColumn extends ColumnDefinition {
  /** The name in TypeScript, camelCase. */
  readonly attribute: string;
  /** The name in the database, snake_case. */
  readonly name: string;
}

/** A table as a model defines it. */
export class Table<C extends Columns = Columns, Name extends string = string> {
  /** The columns by attribute; only for the compiler. */
  declare readonly types: C;
  /** The name in the database. */
  readonly name: string;
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
  /** True if drivers do not know the type of a column, so that its values are decoded afterwards. */
  readonly hasUndecoded: boolean;
  /** The UNIQUE constraints, without the primary key. */
  readonly uniques: readonly Unique[];
  /** The indexes, without those of constraints. */
  readonly indexes: readonly Index[];
  /** The CHECK constraints. */
  readonly checks: readonly SqlConstraint[];
  /** The constraints that are given by their SQL. */
  readonly constraints: readonly SqlConstraint[];
  /** The name of the primary key, if the model gives one. */
  readonly primaryKeyName: string | undefined;
  readonly #foreignKeys: TableOptions["foreignKeys"];

  /**
   * @ignore
   * @throws {InvalidModelError} when there is no primary key, which a session needs to identify rows, when there is
   * more than one version column, and when a name is invalid.
   */
  constructor(readonly word: Name, columns: C, readonly metadata: Metadata, options: TableOptions = {}) {
    checkOptions(`The table ${word}`, options, TABLE_OPTIONS);
    requireAttributes(word, columns, options.schema);
    const { named: name = word } = options;
    if (!isTableName(name)) {
      const problem =
        "a table cannot have a name with a dot, which tools read as that of a schema, nor with blanks at its " +
        "ends, which they cut off";
      throw new InvalidModelError(name, problem);
    }
    this.name = name;
    this.schema = options.schema;
    const path = options.schema === undefined ? [name] : [options.schema, name];
    this.fullName = path.join(".");
    this.sqlName = path.map(quote).join(".");
    this.comment = options.comment;
    this.columns = Object.entries(columns).map(([attribute, { definition }]) => ({
      ...definition,
      attribute,
      name: definition.name ?? snakeCase(attribute),
    }));
    this.columns.forEach((column) => requireSql(name, column));
    this.primaryKey = primaryKeyOf(name, this.columns, options.primaryKey?.on);
    this.version = versionOf(name, this.columns);
    this.keyIndexes = this.primaryKey.map((column) => this.columns.indexOf(column));
    this.mutableIndexes = this.columns.flatMap(({ mutable }, index) => mutable ? [index] : []);
    this.hasUndecoded = this.columns.some(({ decode }) => decode !== undefined);
    this.primaryKeyName = options.primaryKey?.name;
    this.uniques = uniquesOf(this, options);
    this.indexes = indexesOf(this, options);
    this.checks = checksOf(this, options);
    this.constraints = Object.entries(options.constraints ?? {}).map(([name, sql]) => ({ name, sql }));
    this.#foreignKeys = options.foreignKeys;
    requireNames(this);
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
   * @throws {InvalidModelError} when a target does not exist, or the columns do not fit.
   */
  foreignKeys(): ForeignKey[] {
    return foreignKeysOf(this, this.#foreignKeys ?? []);
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
    try {
      requireReferences(table);
    } catch (error) {
      this.tables.delete(table.fullName);
      throw error;
    }
    return table;
  }

  /**
   * Creates the tables that do not exist, with their types, constraints and indexes. Existing tables are not changed;
   * use migrations for that.
   *
   * @param limits `signal` and `timeout` (milliseconds) for all statements together.
   * @throws {AnswerTimeoutError} when the timeout expires.
   * @throws the signal's reason when it aborts.
   * @throws {UnsupportedByServerError} when the version of the server lacks something; nothing is changed.
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

/**
 * Returns the cast with which a column is read whose type drivers do not know, or whose text is wanted: an array of an
 * enum type, a type of a program's own without fixed OIDs, one given by its SQL; empty for others.
 */
export function readCast(
  { type, values, decode, isText, decodesDriverValue }: TableColumn,
): "" | "::text" | "::text[]" {
  if (isText) return arrivesAsText(type) ? "" : "::text";
  if (decodesDriverValue) return "";
  if (type.endsWith("[]")) return values || decode ? "::text[]" : "";
  return decode ? "::text" : "";
}

function primaryKeyOf(
  table: string,
  columns: readonly TableColumn[],
  order: readonly string[] | undefined,
): readonly TableColumn[] {
  const marked = columns.filter(({ primaryKey }) => primaryKey);
  if (marked.length === 0) {
    throw new InvalidModelError(table, "it has no primary key: mark a column with .primaryKey()");
  }
  const json = marked.find(({ type }) => /^jsonb?$/i.test(type));
  if (json) {
    const problem = `"${json.attribute}" cannot be part of the primary key: json has no equality, and jsonb keeps ` +
      "neither the order of members nor the way in which numbers are written";
    throw new InvalidModelError(table, problem);
  }
  if (order === undefined) return marked;
  const ordered = order.flatMap((attribute) => marked.find((column) => column.attribute === attribute) ?? []);
  if (order.length !== marked.length || new Set(ordered).size !== marked.length) {
    const names = marked.map(({ attribute }) => `"${attribute}"`).join(", ");
    throw new InvalidModelError(table, `"on" of its primary key must list each marked column once: ${names}`);
  }
  return ordered;
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

function requireAttributes(table: string, columns: Columns, schema = ""): void {
  if (/[\p{Lu}.\s]/u.test(table + schema)) {
    throw new InvalidModelError(
      table,
      "a table is named in snake_case, without its schema, such as user_toy; another name is given by { named }",
    );
  }
  const names = new Map<string, string>();
  for (const [attribute, { definition }] of Object.entries(columns)) {
    const name = definition.name ?? snakeCase(attribute);
    if (names.has(name)) {
      throw new InvalidModelError(table, `"${names.get(name)}" and "${attribute}" map to one column, ${name}`);
    }
    names.set(name, attribute);
    if (attribute in Object.prototype) {
      throw new InvalidModelError(
        table,
        `a column cannot be named "${attribute}", which every object has: rename the attribute, and add .named(${
          JSON.stringify(attribute)
        })`,
      );
    }
  }
}
