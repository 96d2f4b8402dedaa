/**
 * Options of tables: keys, indexes and constraints as models write them.
 *
 * @module
 */
import { type Kind, type Kinds, leftOut } from "../engine/check_options.ts";
import type { Deferrable, ReferenceOptions, ServerExpression } from "./columns.ts";
import type { Table } from "./table.ts";

/** Options of a table. They name columns by attribute. */
export interface TableOptions<Attribute extends string = string> {
  /** The schema of the table (default: the first schema of the search path). */
  readonly schema?: string;
  /**
   * The name of the table in the database, where it is not the word by which programs call it: `"User"`. Any name will
   * do, such as one with capital letters or blanks.
   */
  readonly named?: string;
  /** The comment of the table in the database. */
  readonly comment?: string;
  /** The name of the primary key, and the order of its columns. */
  readonly primaryKey?: PrimaryKeyOptions<Attribute>;
  /** UNIQUE constraints, each a list of columns or with options. */
  readonly unique?: readonly (readonly Attribute[] | UniqueOptions<Attribute>)[];
  /** Foreign keys of several columns; those of one column are given by `.references()`. */
  readonly foreignKeys?: readonly ForeignKeyOptions<Attribute>[];
  /** Indexes, each a list of columns, with options, or by its SQL. */
  readonly indexes?: readonly (readonly Attribute[] | IndexOptions<Attribute> | IndexDefinition)[];
  /** CHECK constraints by name: `{ price: "price > 0" }` is `ck_table_price`; `{ sql, name }` gives the whole name. */
  readonly checks?: Readonly<Record<string, string | CheckOptions>>;
  /**
   * Constraints by name, in SQL, for what the other options do not say:
   * `{ no_overlap: "EXCLUDE USING gist (during WITH &&)" }`. Never build it from user input.
   */
  readonly constraints?: Readonly<Record<string, string>>;
}

/** Options of the primary key, whose columns are marked by `.primaryKey()`. */
export interface PrimaryKeyOptions<Attribute extends string = string> {
  /** All of its columns, in the order of its index (default: the order of the columns of the table). */
  readonly on?: readonly Attribute[];
  /** The name (default: `pk_table`, where migrations accept any name). */
  readonly name?: string;
}

/** Options of a UNIQUE constraint. */
export interface UniqueOptions<Attribute extends string = string> {
  /** The columns. */
  readonly on: readonly Attribute[];
  /** The name (default: `uq_table_column`, where migrations accept any name). */
  readonly name?: string;
  /** Checks it at the end of each statement, or `"deferred"` at COMMIT, instead of at each row. */
  readonly deferrable?: Deferrable;
}

/** A foreign key of several columns. */
export interface ForeignKeyOptions<Attribute extends string = string> extends ReferenceOptions {
  /** The columns. */
  readonly on: readonly Attribute[];
  /** The table referred to: its name, with its schema if it has one, or its model. */
  readonly references: string | (() => { readonly table: Table });
  /** The columns referred to, by attribute or name, in the order of `on` (default: the primary key). */
  readonly columns?: readonly string[];
}

/** A CHECK constraint with its whole name. */
export interface CheckOptions {
  /** The condition. */
  readonly sql: string;
  /** The name in the database. */
  readonly name: string;
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

/** An index given by its SQL, for what {@linkcode IndexOptions} does not say. */
export interface IndexDefinition {
  /** The name. */
  readonly name: string;
  /**
   * What follows USING: the method, the keys and the rest, as in `"btree (email text_pattern_ops)"` or
   * `"btree (at DESC) INCLUDE (name)"`. Names columns as the database does. Never build it from user input.
   */
  readonly definition: string;
  /** Makes the index unique. */
  readonly unique?: boolean;
}

/** What an option means is checked where it is used. */
const anything: Kind = { fits: () => true, must: "given" };
const ONE_CLASS = leftOut("a row has one class, which its table determines; models do not inherit from each other");

/** The names of the options: notebooks are not type-checked. */
export const TABLE_OPTIONS: Kinds<TableOptions> = {
  schema: anything,
  named: anything,
  comment: anything,
  primaryKey: anything,
  unique: anything,
  foreignKeys: anything,
  indexes: anything,
  checks: anything,
  constraints: anything,
  ...{ polymorphicOn: ONE_CLASS, polymorphicIdentity: ONE_CLASS, inherits: ONE_CLASS },
};
