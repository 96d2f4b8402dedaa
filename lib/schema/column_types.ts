/**
 * What the compiler knows of columns: keys, names in the database, and the columns that foreign keys refer to.
 *
 * @module
 */
import type { Mistake } from "../base/mistake.ts";
import type { ReferenceTarget } from "./columns.ts";
import type { Columns, Table } from "./table.ts";

/** The attributes of the primary key. */
export type KeyNames<C extends Columns> = { [Name in keyof C]: C[Name]["key"] extends true ? Name : never }[keyof C];
/** True if a union has one member. */
export type IsOne<T, Each = T> = Each extends unknown ? ([T] extends [Each] ? true : false) : never;

/** The name of a column in the database. */
export type ColumnNameOf<C extends Columns, Attribute extends keyof C> = C[Attribute]["more"] extends
  { readonly named: infer Name extends string } ? Name
  : SnakeCase<Attribute & string>;

/** `createdAt` as `created_at`, and `appURL` as `app_url`. */
export type SnakeCase<Rest extends string, Done extends string = "", AfterCapital = false> = Rest extends
  `${infer Letter}${infer More}` ? Letter extends Lowercase<Letter> ? SnakeCase<More, `${Done}${Letter}`>
  : SnakeCase<More, `${Done}${Done extends "" ? "" : AfterCapital extends true ? "" : "_"}${Lowercase<Letter>}`, true>
  : Done;

/** What a column knows of its foreign key: a target that is given by its name. */
export type ReferenceOf<Target> = Target extends string ? { readonly refersTo: Target } : unknown;

/** Nothing to add to the target of a foreign key if it is a column of the same type, else what is wrong. */
export type FittingReference<Value, Target extends ReferenceTarget> = Target extends string
  ? Target extends `${string}.${string}` ? unknown : Mistake<`${Target} is no column: write table.column`>
  : Target extends () => { readonly table: infer T extends Table } ? FittingKey<Value, T["word"], T["types"]>
  : unknown;

/** The same of the key of a model. */
export type FittingKey<Value, Word extends string, C extends Columns> = string extends keyof C ? unknown
  : IsOne<KeyNames<C>> extends true ? [NonNullable<Value>] extends [NonNullable<C[KeyNames<C>]["value"]>] ? unknown
    : Mistake<`the key of ${Word} has values of another type`>
  : Mistake<`the key of ${Word} has several columns: name one, as table.column`>;

/** What is wrong with a foreign key that names a column, if this is the table that it names. */
export type ReferenceProblem<
  Name extends string,
  Value,
  To extends string,
  Word extends string,
  C extends Columns,
> = string extends Word ? never
  : To extends `${Word}.${infer Referred}` ? string extends keyof C ? never
    : Referred extends NamesInTable<C> ? [NonNullable<Value>] extends [NonNullable<ValueNamed<C, Referred>>] ? never
      : `${Name} refers to ${To}, which has values of another type`
    : `${Name} refers to ${To}, but ${Word} has no such column`
  : never;

/** The names of columns in the database. */
export type NamesInTable<C extends Columns> = { [Attribute in keyof C]: ColumnNameOf<C, Attribute> }[keyof C];
/** The values of a column by its name in the database. */
export type ValueNamed<C extends Columns, Name> = {
  [Attribute in keyof C]: Name extends ColumnNameOf<C, Attribute> ? C[Attribute]["value"] : never;
}[keyof C];

/** Nothing to add to the name of a table if its columns can be a model, else what is wrong. */
export type FittingTable<Word extends string, C extends Columns> = string extends keyof C ? unknown
  : [keyof C] extends [never] ? Mistake<"a model needs columns, one of them with .primaryKey()">
  : [KeyNames<C>] extends [never] ? Mistake<"a model needs a primary key: mark a column with .primaryKey()">
  : FittingColumns<Word, C>;

/** Nothing to add to the name of a table if its columns can be as they are, else what is wrong. */
export type FittingColumns<Word extends string, C extends Columns, Name extends keyof C & string = keyof C & string> =
  [ColumnProblem<Word, C, Name>] extends [never] ? unknown : Mistake<ColumnProblem<Word, C, Name>>;

/** What is wrong with a column: its name, or a key that refers to the table itself. */
export type ColumnProblem<Word extends string, C extends Columns, Name extends keyof C & string> = Name extends unknown
  ? string extends Name ? never
  : Name extends NameOfEveryObject ? `a column cannot be named ${Name}, which every object has: rename it, add .named()`
  : C[Name]["more"] extends { readonly refersTo: infer To extends string }
    ? ReferenceProblem<Name, C[Name]["value"], To, Word, C>
  : never
  : never;

/** The names of `Object.prototype`. */
export type NameOfEveryObject =
  | keyof typeof Object.prototype
  | "__proto__"
  | "__defineGetter__"
  | "__defineSetter__"
  | "__lookupGetter__"
  | "__lookupSetter__";
