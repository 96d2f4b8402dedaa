/**
 * What the compiler checks of a model before its first use: the relations that the class declares against those in
 * `static relations`, their foreign keys, and the columns that keys refer to. Not with the declaration, because models
 * may refer to each other.
 *
 * @module
 */
import type { Mistake } from "../base/mistake.ts";
import type { ReferenceProblem } from "../schema/column_types.ts";
import type { Columned } from "./model.ts";
import type { Related } from "./related.ts";
import type { RelationDeclaration, TargetModel } from "./relation.ts";

/** Nothing to add to the type of a model if its relations fit, else what is wrong. */
export type FittingRelations<M> = [RelationProblem<M>] extends [never] ? unknown : Mistake<`${RelationProblem<M>}`>;

/** What is wrong with the relations of a model; never if nothing is. */
export type RelationProblem<M> = M extends TargetModel ? string extends keyof DeclaredBy<M> ? never
  : StaticProblem<M, DeclaredBy<M>> | ClassProblem<M, InstanceType<M>> | KeyProblem<M>
  : never;

/** The relations of a model. */
export type DeclaredBy<M> = M extends { readonly relations: infer Relations } ? Relations : unknown;
/** The name of a model's table in programs. */
export type WordOf<M extends TargetModel> = M["table"]["word"];
/** The columns of a model. */
export type ColumnsOf<M extends TargetModel> = M["table"]["types"];
/** Whether two types are the same. */
export type Both<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;

/** What is wrong with each of the static relations. */
export type StaticProblem<M extends TargetModel, Relations> = {
  [Name in keyof Relations & string]: Relations[Name] extends
    RelationDeclaration<infer Kind, infer Target extends TargetModel, infer Key> ?
      | DeclarationProblem<
        `${WordOf<M>}.${Name}`,
        Name extends keyof InstanceType<M> ? InstanceType<M>[Name] : never,
        Kind,
        Target
      >
      | (Kind extends "many-to-one" ? ForeignKeyProblem<`${WordOf<M>}.${Name}`, M, Key>
        : Kind extends "many-to-many" ? never
        : ForeignKeyProblem<`${WordOf<M>}.${Name}`, Target, Key>)
    : never;
}[keyof Relations & string];

/** What is wrong with the type of a relation. */
export type DeclarationProblem<Name extends string, Declared, Kind extends string, Target extends TargetModel> =
  [Declared] extends [never] ? `${Name} is in static relations, but the class does not declare it`
    : Kind extends `${string}-to-many`
      ? [Declared] extends [Related<infer Each>] ? Both<Each, InstanceType<Target>> extends true ? never
        : `${Name} is declared with objects of another model than ${WordOf<Target>}, which static relations name`
      : `${Name} is declared as an object, but static relations say ${Kind}: declare Related<…>`
    : [Declared] extends [Related<infer _>] ? `${Name} is declared as Related<…>, but static relations say ${Kind}`
    : Both<NonNullable<Declared>, InstanceType<Target>> extends true ? never
    : `${Name} is declared as an object of another model than ${WordOf<Target>}, which static relations name`;

/** What is wrong with the name of a foreign key. */
export type ForeignKeyProblem<Name extends string, From extends TargetModel, Key> = Key extends string
  ? Key extends keyof ColumnsOf<From> ? never
  : string extends Key ? never
  : `${Name} has the foreignKey ${Key}, which is no column of ${WordOf<From>}`
  : never;

/** What the class declares, and static relations do not have: collections, and objects or null that can be assigned. */
export type ClassProblem<
  M extends TargetModel,
  T,
  Name extends keyof T = Exclude<keyof T, keyof ColumnsOf<M> | keyof DeclaredBy<M>>,
> = Name extends string
  ? IsWritable<T, Name> extends true
    ? IsRelation<T[Name]> extends true ? `${WordOf<M>}.${Name} is declared, but static relations do not have it` : never
  : never
  : never;

/** False for a getter, whose type is not asked for: it may be a query for this very model. */
export type IsWritable<T, Name extends keyof T> = (<X>() => X extends Pick<T, Name> ? 1 : 2) extends
  (<X>() => X extends { -readonly [Each in Name]: T[Each] } ? 1 : 2) ? true : false;
/** Whether a property is a collection, or an object or null. */
export type IsRelation<Value> = [Value] extends [Related<infer _>] ? true
  : null extends Value
    ? [NonNullable<Value>] extends [never] ? false : [NonNullable<Value>] extends [Columned<unknown>] ? true : false
  : false;

/** The models that a model and its relations know: where its keys can be followed. */
export type KnownModels<M extends TargetModel, Relations = DeclaredBy<M>> =
  | M
  | {
    [Name in keyof Relations]: Relations[Name] extends RelationDeclaration<infer _, infer T extends TargetModel> ? T
      : never;
  }[
    keyof Relations
  ];

/** Keys by `"table.column"` that name a column that a known table does not have, or one of another type. */
export type KeyProblem<M extends TargetModel> = {
  [Name in keyof ColumnsOf<M> & string]: ColumnsOf<M>[Name]["more"] extends
    { readonly refersTo: infer To extends string }
    ? KnownModels<M> extends infer Each ? Each extends TargetModel ? ReferenceProblem<
          `${WordOf<M>}.${Name}`,
          ColumnsOf<M>[Name]["value"],
          To,
          WordOf<Each>,
          ColumnsOf<Each>
        >
      : never
    : never
    : never;
}[keyof ColumnsOf<M> & string];
