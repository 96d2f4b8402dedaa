/**
 * Models: classes whose instances are rows. `declarativeBase()` gives the function that makes them and the metadata that
 * knows them all, as SQLAlchemy's `DeclarativeBase` does.
 *
 * @module
 */
import type { Column, ColumnDefinition } from "./columns.ts";

/** The columns of a model by attribute name. */
// deno-lint-ignore no-explicit-any -- any column, whatever its type
export type Columns = Record<string, Column<any, boolean>>;

/** What an instance holds. */
export type Attributes<C extends Columns> = { -readonly [Name in keyof C]: C[Name]["value"] };

type OptionalNames<C extends Columns> = { [Name in keyof C]: C[Name]["optional"] extends true ? Name : never }[keyof C];

/** What the constructor takes: every attribute, those with a default or NULL only if one likes. */
export type NewValues<C extends Columns> =
  & { [Name in Exclude<keyof C, OptionalNames<C>>]: C[Name]["value"] }
  & { [Name in OptionalNames<C>]?: C[Name]["value"] };

/** A model: the class of its objects, and the table of its rows. */
export interface Model<C extends Columns> {
  new (values: NewValues<C>): Attributes<C>;
  readonly table: Table<C>;
}

/** Any model, also one with methods of its own. */
export interface AnyModel {
  new (values: never): object;
  readonly table: Table;
}

/** A column in its table. */
export interface TableColumn extends ColumnDefinition {
  /** The name in TypeScript, camelCase. */
  readonly attribute: string;
  /** The name in the database, snake_case. */
  readonly name: string;
}

/** A table as the models describe it. */
export class Table<C extends Columns = Columns> {
  /** Only types: the columns by attribute name. */
  declare readonly types: C;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly TableColumn[];

  /** @throws {TypeError} when no column is the primary key: a session could not tell the rows apart. */
  constructor(readonly name: string, columns: C) {
    this.columns = Object.entries(columns).map(([attribute, { definition }]) => ({
      ...definition,
      attribute,
      name: snakeCase(attribute),
    }));
    this.primaryKey = this.columns.filter((column) => column.primaryKey);
    if (this.primaryKey.length === 0) {
      throw new TypeError(`The model of table "${name}" has no primary key: mark a column with .primaryKey().`);
    }
  }
}

/** The tables of all models made from one base, in the order in which they were made. */
export class Metadata {
  readonly tables: Map<string, Table> = new Map();
}

/** What {@linkcode declarativeBase} returns. */
export interface DeclarativeBase<Shared extends Columns> {
  /** Makes the class that a model extends: `class Hero extends model("heroes", { … }) {}`. */
  model<C extends Columns>(table: string, columns: C): Model<C & Shared>;
  readonly metadata: Metadata;
}

/**
 * The base of a program's models.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { now, randomUuid, text, timestamptz, uuid } from "./columns.ts";
 *
 * const { model, metadata } = declarativeBase({ createdAt: timestamptz().serverDefault(now()) });
 * class Hero extends model("heroes", { id: uuid().primaryKey().default(randomUuid), name: text() }) {}
 *
 * assertEquals(new Hero({ name: "sandy" }).name, "sandy");
 * assertEquals([...metadata.tables.keys()], ["heroes"]);
 * ```
 *
 * @param shared columns that every table has, after its own.
 */
export function declarativeBase<Shared extends Columns = Record<never, never>>(
  shared?: Shared,
): DeclarativeBase<Shared> {
  const metadata = new Metadata();
  return {
    metadata,
    model<C extends Columns>(name: string, columns: C) {
      if (metadata.tables.has(name)) throw new TypeError(`There is a model for table "${name}" already.`);
      const table = new Table<Columns>(name, { ...columns, ...shared });
      metadata.tables.set(name, table);
      return class {
        static readonly table = table;

        constructor(values: Record<string, unknown>) {
          const attributes = this as Record<string, unknown>;
          for (const { attribute, default: make } of table.columns) {
            attributes[attribute] = values[attribute] === undefined ? make?.() : values[attribute];
          }
        }
      } as unknown as Model<C & Shared>;
    },
  };
}

/** `createdAt` → `created_at`, the rule of Kysely's CamelCasePlugin, which names the columns in queries. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
