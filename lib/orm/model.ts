/**
 * Models: classes whose instances are rows. `declarativeBase()` returns the function that makes them and the metadata
 * that lists their tables, like SQLAlchemy's `DeclarativeBase`.
 *
 * @module
 */
import type { Entity } from "./identity_map.ts";
import type { Mistake, NoMistake } from "../base/mistake.ts";
import type { Related } from "./related.ts";
import type { AnyModel } from "./relation.ts";
import { defineAccessors } from "./relation_accessors.ts";
import type { FittingRelations } from "./relation_types.ts";
import { relationsOf } from "./relations.ts";
import { jsonOf } from "./to_json.ts";
import { NO_PARAMETER } from "../values/parameters.ts";
import { IDENTITY_ALWAYS } from "../schema/columns.ts";
import type { FittingColumns, FittingTable, IsOne, KeyNames } from "../schema/column_types.ts";
import { InvalidModelError } from "../schema/errors.ts";
import { type Columns, Metadata, type Table, type TableOptions } from "../schema/table.ts";

export type { AnyModel, IsOne, KeyNames };

/** The attributes of an instance. */
export type Attributes<C extends Columns> =
  & { -readonly [Name in WritableNames<C>]: C[Name]["value"] }
  & { readonly [Name in Exclude<keyof C, WritableNames<C>>]: C[Name]["value"] };

/** The attributes that objects may set: all but those that the server generates for every row. */
export type WritableNames<C extends Columns> = {
  [Name in keyof C]: C[Name]["writable"] extends false ? never : Name;
}[keyof C];

/** Marks the attributes that are columns, to distinguish them from methods and relations; only for the compiler. */
declare class Columned<Values, Word = string> {
  /** Only types: the attributes. */
  protected readonly "(columns)"?: Values;
  /** Only types: the table, because models may have the same columns. */
  protected readonly "(table)"?: Word;
  /**
   * Returns the attributes and the loaded relations in a form that JSON can express: bigint as text, bytes as base64. An
   * object that contains this one is given by its key. A class may override it, to leave out a password: its objects in
   * relations of others are given the same way.
   */
  toJSON(): Record<string, unknown>;
}
export type { Columned };

/** The attributes that a constructor may be called without. */
export type OptionalNames<C extends Columns> = {
  [Name in keyof C]: C[Name]["optional"] extends true ? Name : never;
}[keyof C];

/**
 * The argument of the constructor: every attribute; those with a default or of a nullable column are optional, those
 * that the server generates are refused.
 */
export type NewValues<C extends Columns> =
  & { [Name in Exclude<WritableNames<C>, OptionalNames<C>>]: C[Name]["value"] }
  & { [Name in Extract<OptionalNames<C>, WritableNames<C>>]?: C[Name]["value"] }
  & { [Name in Exclude<keyof C, WritableNames<C>>]?: Mistake<"the database generates it"> };

/** The same type, which the compiler shows without its name. */
export type Plain<T> = T extends infer U ? { [Name in keyof U]: U[Name] } : never;

/**
 * The argument of the constructor with relations, which the class declares and the constructor of the base cannot know:
 * `new User({ name: "sandy", toys: [car] })`. Which relation takes which objects is checked when the object is made;
 * `create()` checks it when it is compiled.
 */
export type WithRelations<Values> =
  & Values
  & { readonly [relation: string]: ObjectsOfARelation }
  & { readonly "(never given)": never };

/** The values of columns that objects may set. */
export type ValuesOfColumns<C extends Columns> = Plain<
  & { [Name in WritableNames<C>]: C[Name]["value"] }
  & { [Name in Exclude<keyof C, WritableNames<C>>]: Mistake<"the database generates it"> }
>;

/** What a relation takes: an object, none, or several. */
export type ObjectsOfARelation = Columned<unknown> | Iterable<Columned<unknown>> | null | undefined;

/** The primary key of an object: its value or, for a key of several columns, an object with their values. */
export type KeyOf<M extends AnyModel> = IsOne<KeyNames<M["table"]["types"]>> extends true
  ? M["table"]["types"][KeyNames<M["table"]["types"]>]["value"]
  : { [Name in KeyNames<M["table"]["types"]>]: M["table"]["types"][Name]["value"] };

/** The argument of `create()` for the relations of a model. */
export type RelationValues<M extends AnyModel> = {
  [Name in keyof NonNullable<M["relations"]> & keyof InstanceType<M>]?: InstanceType<M>[Name] extends Related<infer T>
    ? Iterable<T>
    : InstanceType<M>[Name];
};

/** A model: the class of its objects, and the table of its rows. */
export interface Model<C extends Columns, Name extends string = string> {
  /** Constructs an object from the values of its columns. */
  new (values: Plain<NewValues<C>> | WithRelations<ValuesOfColumns<C>>): Attributes<C> & Columned<Attributes<C>, Name>;
  /** The table of the rows. */
  readonly table: Table<C, Name>;
  /** Only types: no model is a mistake. */
  readonly "(mistake)": NoMistake;
  /** Makes an object with its relations: `User.create({ name: "sandy", toys: [car] })`. */
  create<M extends AnyModel>(
    this: M & FittingRelations<M>,
    values: NewValues<M["table"]["types"]> & RelationValues<M>,
  ): InstanceType<M>;
}

/** The functions and the metadata that models share. Made by {@linkcode declarativeBase}. */
export interface DeclarativeBase<Shared extends Columns> {
  /** Makes the class that a model extends: `class Hero extends model("heroes", { … }) {}`. */
  model<C extends Columns, const Name extends string>(
    table: Name & FittingTable<Name, C & Shared>,
    columns: C,
    options?: TableOptions<(keyof C | keyof Shared) & string>,
  ): Model<C & Shared, Name>;
  /**
   * Makes the table of a many-to-many relation. The columns marked by `.primaryKey()` form the primary key; if none is,
   * those of its foreign keys that refuse NULL. Further columns need a default, or accept NULL.
   */
  associationTable<C extends Columns>(
    name: string & FittingColumns<string, C>,
    columns: C,
    options?: TableOptions<keyof C & string>,
  ): Table<C>;
  /** The tables of all models made by these functions. */
  readonly metadata: Metadata;
}

/**
 * Checks an argument of a constructor where types are not checked, as in a notebook.
 *
 * @throws {InvalidModelError} when there is no such column, or only the server sets it.
 */
function requireSettable(table: Table, attribute: string, value: unknown): void {
  const { generatedAs, serverDefault } = table.column(attribute);
  if (value === undefined || !generatedAs && serverDefault !== IDENTITY_ALWAYS) return;
  throw new InvalidModelError(table.name, `the database generates "${attribute}": leave it out`);
}

/**
 * Requires columns by name, as a literal gives them: one named `__proto__` would be the prototype of the others.
 *
 * @throws {InvalidModelError} when they are not.
 */
function requirePlain(table: string, columns: Columns): void {
  if (Object.getPrototypeOf(columns) === Object.prototype) return;
  throw new InvalidModelError(table, 'its columns are no plain object, or one is named "__proto__": rename it');
}

/** Makes the foreign keys of an association table its primary key, unless it has one. */
function withKey<C extends Columns>(columns: C, { foreignKeys = [] }: TableOptions = {}): C {
  if (Object.values(columns).some(({ definition }) => definition.primaryKey)) return columns;
  const inKeys = new Set(foreignKeys.flatMap(({ on }) => on));
  const keys = Object.entries(columns).map(([attribute, column]) => {
    const { nullable, references } = column.definition;
    return [attribute, !nullable && (references || inKeys.has(attribute)) ? column.primaryKey() : column];
  });
  return Object.fromEntries(keys);
}

/**
 * Makes the base of a program's models.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { now, randomUuid, text, timestamptz, uuid } from "../schema/columns.ts";
 *
 * const { model, metadata } = declarativeBase({ createdAt: timestamptz().serverDefault(now()) });
 * class Hero extends model("heroes", { id: uuid().primaryKey().default(randomUuid), name: text() }) {}
 *
 * assertEquals(new Hero({ name: "sandy" }).name, "sandy");
 * assertEquals([...metadata.tables.keys()], ["heroes"]);
 * ```
 *
 * @param shared columns appended to every table.
 */
export function declarativeBase<Shared extends Columns = Record<never, never>>(
  shared?: Shared,
): DeclarativeBase<Shared> {
  const metadata = new Metadata();
  if (shared) requirePlain("(shared)", shared);
  return {
    metadata,
    associationTable: (name, columns, options) => {
      requirePlain(name, columns);
      return metadata.add(name, withKey(columns, options), options);
    },
    model: ((name: string, columns: Columns, options?: TableOptions) => {
      requirePlain(name, columns);
      // a column of the model replaces a shared one of its name, and keeps its own position
      const table = metadata.add(name, { ...columns, ...shared, ...columns }, options);
      return class {
        static readonly table = table;

        static create(this: AnyModel, values: Record<string, unknown>) {
          return new this(values as never);
        }

        get [NO_PARAMETER]() {
          return true;
        }

        toJSON() {
          return jsonOf(this as unknown as Entity);
        }

        constructor(values: Record<string, unknown> = {}) {
          const model = new.target as unknown as AnyModel;
          defineAccessors(model);
          const relations = relationsOf(model);
          for (const [name, value] of Object.entries(values)) {
            if (!relations.has(name)) requireSettable(table, name, value);
          }
          const attributes = this as Record<string, unknown>;
          for (const { attribute, primaryKey, default: make } of table.columns) {
            const isMade = primaryKey && values[attribute] === undefined; // others: `giveDefaults()`
            attributes[attribute] = isMade ? make?.() : values[attribute];
          }
          for (const name of relations.keys()) if (values[name] !== undefined) attributes[name] = values[name];
        }
      };
    }) as unknown as DeclarativeBase<Shared>["model"],
  };
}
