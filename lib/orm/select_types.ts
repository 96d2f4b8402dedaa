/**
 * The types by which `select()` knows the columns and relations of a model.
 *
 * @module
 */
import type {
  AnyColumnWithTable,
  ExpressionOrFactory,
  ExtractTypeFromReferenceExpression,
  OrderByModifiers,
  ReferenceExpression,
  SqlBool,
} from "kysely";
import type { Comparison, Operand } from "../engine/kysely/comparison.ts";
import type { Mistake } from "../base/mistake.ts";
import type { FirstIs } from "../engine/result.ts";
import type { LoaderOption } from "./joins.ts";
import type { AnyModel, Attributes, Columned } from "./model.ts";
import type { Related } from "./related.ts";

/** The columns of a model by attribute. */
export type ColumnValues<M extends AnyModel> = Attributes<M["table"]["types"]>;

/** What a program gives, if it is accepted; otherwise what the compiler names in its message. */
export type Known<Given, Accepted, Told> = [Given] extends [Accepted] ? Given & Accepted : Told;

/** The names of a model's relations. */
export type RelationNames<M extends AnyModel> = keyof NonNullable<M["relations"]> & string extends
  infer Names extends string ? Names : never;

/** The same for a message, which says if there are none. */
export type RelationTold<M extends AnyModel> = [RelationNames<M>] extends [never]
  ? Mistake<`${M["table"]["word"]} has no relations`>
  : RelationNames<M>;

/**
 * The loader options of a model: its relations and, nested, those of the objects in them.
 *
 * @typeParam Names for messages, which name the relations.
 */
export type LoaderOf<M extends AnyModel, Names extends string> =
  & LoaderOption<Names, unknown, InstanceType<M>>
  & LoaderOptions<InstanceType<M>>;
/** The loader options of each relation, by its name. */
export type LoaderOptions<T> = { [Name in keyof T & string]: LoaderOptionFor<Name, T[Name], T> }[keyof T & string];
/** The loader option of one relation, with those nested in it. */
export type LoaderOptionFor<Name extends string, Value, Owner> = Value extends Related<infer Each>
  ? LoaderOption<Name, LoaderOptions<Each>, Owner>
  : Value extends Columned<unknown> ? LoaderOption<Name, LoaderOptions<Value>, Owner>
  : never;

/** The names of the collections of an object. */
export type CollectionNames<T> = { [Name in keyof T & string]: T[Name] extends Related<object> ? Name : never }[
  keyof T & string
];

/** A query for the objects in a collection, which may narrow and sort them. A limit applies to each collection. */
export interface RelatedQuery<T> {
  /** Keeps the objects that satisfy the condition, as `where()` of a `Select` does. */
  where<Column extends keyof ValuesOf<T> & string, Operator extends Comparison>(
    column: Column,
    operator: Operator,
    value: Operand<{ of: ValuesOf<T> }, "of", Column, Operator>,
  ): RelatedQuery<T>;
  /** Keeps the objects that satisfy a condition of Kysely's expression builder. */
  where(condition: ExpressionOrFactory<{ of: ValuesOf<T> }, "of", SqlBool>): RelatedQuery<T>;
  /** Sorts, as `orderBy()` of a `Select` does. */
  orderBy(
    by: (keyof ValuesOf<T> & string) | ExpressionOrFactory<{ of: ValuesOf<T> }, "of", unknown>,
    direction?: OrderByModifiers,
  ): RelatedQuery<T>;
  /** Returns at most `count` objects for each collection. */
  limit(count: number): RelatedQuery<T>;
  /** Skips the first `count` objects of each collection. */
  offset(count: number): RelatedQuery<T>;
  /** Loads relations with the objects. */
  options(...loaders: LoaderOptions<T>[]): RelatedQuery<T>;
}

/** The columns on the other side of a relation. */
export type JoinedValues<M extends AnyModel, Name extends string> = ValuesOf<
  InstanceType<M>[Name & keyof InstanceType<M>]
>;
/** The attributes of the objects in a relation. */
export type ValuesOf<T> = T extends Related<infer Each> ? ValuesOf<Each>
  : T extends Columned<infer Values> ? NonNullable<Values>
  : never;

/** A database in Kysely's types: the model's table and the joined ones. */
export type Database<M extends AnyModel, Joined> = { [Name in M["table"]["word"]]: ColumnValues<M> } & Joined;
/** The tables of such a database. */
export type Tables<M extends AnyModel, Joined> = keyof Database<M, Joined> & string;

/** The name of a column: `"name"` or `"users.name"` for the model's own, `"toys.name"` for that of a joined relation. */
export type ColumnName<M extends AnyModel, Joined> =
  | (keyof ColumnValues<M> & string)
  | AnyColumnWithTable<Database<M, Joined>, Tables<M, Joined>>;

/** The same names, each once, for a message. */
export type ColumnNames<M extends AnyModel, Joined> = Exclude<
  ColumnName<M, Joined>,
  `${M["table"]["word"]}.${string}`
> extends infer Names extends string ? Names : never;

/** The left side of a comparison: a column or an expression. */
export type Comparable<M extends AnyModel, Joined> =
  | ColumnName<M, Joined>
  | Exclude<ReferenceExpression<Database<M, Joined>, Tables<M, Joined>>, string>;

/** What rows are sorted by: a column or an expression. */
export type Sortable<M extends AnyModel, Joined> =
  | ColumnName<M, Joined>
  | ExpressionOrFactory<Database<M, Joined>, Tables<M, Joined>, unknown>;

/** The functions in a union: the default of what a program gives, so that the argument of a function has a type. */
export type Factory<Accepted> = Extract<Accepted, (...args: never) => unknown>;

/** The tables in which a column is looked up: an unqualified name means the model's own column. */
export type Scope<M extends AnyModel, Joined, Column> = Column extends keyof ColumnValues<M> ? M["table"]["word"]
  : Tables<M, Joined>;

/** The type of a column's values. */
export type ValueOf<M extends AnyModel, Joined, Column> = ExtractTypeFromReferenceExpression<
  Database<M, Joined>,
  Scope<M, Joined, Column>,
  Column
>;

/** A row of columns; of several the first is marked. */
export type RowOf<M extends AnyModel, Joined, Names extends readonly unknown[]> =
  & { [Each in Names[number] & string]: ValueOf<M, Joined, Each> }
  & (Names extends readonly [infer Name, unknown, ...unknown[]] ? FirstIs<ValueOf<M, Joined, Name>> : unknown);
