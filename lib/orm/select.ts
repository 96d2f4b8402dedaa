/**
 * `select(Model)`: a thin typed skin over Kysely's query builder. A statement is a value: every method returns a new one,
 * and nothing is sent until a session executes it.
 *
 * @module
 */
import {
  type AnyColumnWithTable,
  expressionBuilder,
  type ExpressionOrFactory,
  type ExtractTypeFromReferenceExpression,
  type ReferenceExpression,
  type SelectQueryBuilder,
  sql,
  type SqlBool,
} from "kysely";
import type { Compilable, Query } from "../engine/connection.ts";
import type { Result } from "../engine/result.ts";
import { InvalidModelError } from "../schema/errors.ts";
import { type LoaderOption, type LockOptions, planJoins } from "./selects.ts";
import { snakeCase } from "../base/naming.ts";
import { isEnumList, type TableColumn } from "../schema/table.ts";
import { compiled } from "../engine/kysely/compilable.ts";
import { type Comparison, comparison, type Operand } from "../engine/kysely/comparison.ts";
import { compile, type Compiled } from "../engine/kysely/compiler.ts";
import { InvalidStatementError } from "./errors.ts";
import { FromStatement } from "./from_statement.ts";
import type { AnyModel, Attributes, Columned } from "./model.ts";
import { type Related, relationNamed, relationsOf } from "./relations.ts";

/** The attributes of a model that are columns. */
export type ColumnValues<M extends AnyModel> = Attributes<M["table"]["types"]>;

/** The names of a model's relations. */
export type RelationNames<M extends AnyModel> = keyof NonNullable<M["relations"]> & string;

/** What `options()` takes: relations of a model, and in them those of the objects on the other side. */
export type LoaderOf<M extends AnyModel> = LoaderOption<RelationNames<M>> & LoaderFor<InstanceType<M>>;
type LoaderFor<T> = { [Name in keyof T & string]: LoaderTo<Name, T[Name]> }[keyof T & string];
type LoaderTo<Name extends string, Held> = Held extends Related<infer Each> ? LoaderOption<Name, LoaderFor<Each>>
  : Held extends Columned<unknown> ? LoaderOption<Name, LoaderFor<Held>>
  : never;

/** The columns on the other side of a relation. */
type JoinedValues<M extends AnyModel, Name extends string> = ValuesOf<InstanceType<M>[Name & keyof InstanceType<M>]>;
type ValuesOf<T> = T extends Related<infer Each> ? ValuesOf<Each>
  : T extends Columned<infer Values> ? NonNullable<Values>
  : never;

/** A database as Kysely's types see it: the model's table and those that were joined. */
type Database<M extends AnyModel, Joined> = { [Name in M["table"]["name"]]: ColumnValues<M> } & Joined;
type Tables<M extends AnyModel, Joined> = keyof Database<M, Joined> & string;
type Builder<M extends AnyModel, Joined> = SelectQueryBuilder<Database<M, Joined>, Tables<M, Joined>, unknown>;

/** A column: the model's own by itself or with its table, `"users.name"`, a joined one with its relation, `"toys.name"`. */
type ColumnName<M extends AnyModel, Joined> =
  | (keyof ColumnValues<M> & string)
  | AnyColumnWithTable<Database<M, Joined>, Tables<M, Joined>>;
/** What may be compared: a column or an expression. */
type Comparable<M extends AnyModel, Joined> =
  | ColumnName<M, Joined>
  | Exclude<ReferenceExpression<Database<M, Joined>, Tables<M, Joined>>, string>;
/** Where a column is looked for: without a table it is the model's own. */
type Scope<M extends AnyModel, Joined, Column> = Column extends keyof ColumnValues<M> ? M["table"]["name"]
  : Tables<M, Joined>;
type ValueOf<M extends AnyModel, Joined, Column> = ExtractTypeFromReferenceExpression<
  Database<M, Joined>,
  Scope<M, Joined, Column>,
  Column
>;

/** A statement that gives objects, and how a session makes them of its rows. */
export interface ObjectStatement<M extends AnyModel> extends Compilable<Record<string, InstanceType<M>>> {
  readonly model: M;
  /** The relations to bring along. */
  readonly loaders: readonly LoaderOption[];
  /** True when objects that the session knows take over the values of their rows. */
  readonly refresh: boolean;
  /** The rows, their values in the order of the model's columns. */
  rowsOf(result: Result<unknown>): unknown[][];
}

/** True for a statement that gives objects. */
export function givesObjects(statement: object | string): statement is ObjectStatement<AnyModel> {
  return typeof statement === "object" && "loaders" in statement;
}

/** What every kind of SELECT has. */
abstract class Statement<M extends AnyModel, Joined, Row, Self> implements Compilable<Row> {
  /** Only types: what a row holds. */
  declare readonly expressionType?: Row;

  constructor(readonly model: M, protected readonly builder: Builder<M, Joined>) {}

  /** The same statement with another builder. */
  protected abstract with(builder: Builder<M, Joined>): Self;

  /**
   * Keeps the rows for which the condition holds; several calls are joined with AND.
   *
   * ```ts ignore
   * select(Hero).where("name", "=", "spongebob");
   * select(Hero).where(({ eb, or }) => or([eb("name", "=", "sandy"), eb("appSrc", "is", null)]));
   * ```
   */
  where<Column extends Comparable<M, Joined>, Operator extends Comparison>(
    column: Column,
    operator: Operator,
    value: Operand<Database<M, Joined>, Scope<M, Joined, Column>, Column, Operator>,
  ): Self;
  where(condition: ExpressionOrFactory<Database<M, Joined>, Tables<M, Joined>, SqlBool>): Self;
  where(...condition: unknown[]): Self {
    const [column, operator, value] = condition;
    const bind = typeof column === "string" ? columnNamed(this.model, column).bind : undefined;
    const all = condition.length < 3 ? condition : comparison(column, operator as Comparison, value, bind);
    return this.with(this.builder.where(...all as [never]));
  }

  /** Sorts by a column; a further call sorts what is equal so far. */
  orderBy(column: ColumnName<M, Joined>, direction: "asc" | "desc" = "asc"): Self {
    return this.with(this.builder.orderBy(column as never, direction));
  }

  /** At most `count` rows. */
  limit(count: number): Self {
    return this.with(this.builder.limit(count));
  }

  /** Leaves out the first `count` rows. */
  offset(count: number): Self {
    return this.with(this.builder.offset(count));
  }

  /** Leaves out repeated rows. */
  distinct(): Self {
    return this.with(this.builder.distinct());
  }

  /** The SQL and its parameters. */
  compile(): Compiled {
    return compile(this.builder, this.model.table);
  }
}

/** A query for the objects of one model. */
export class Select<M extends AnyModel, Joined = unknown>
  extends Statement<M, Joined, Record<string, InstanceType<M>>, Select<M, Joined>>
  implements ObjectStatement<M> {
  constructor(
    model: M,
    builder: Builder<M, Joined>,
    readonly loaders: readonly LoaderOption[] = [],
    readonly refresh = false,
  ) {
    super(model, builder);
  }

  /** Brings relations along: `options(selectinload("toys"), joinedload("team"))`. */
  options(...loaders: LoaderOf<M>[]): Select<M, Joined> {
    return new Select(this.model, this.builder, [...this.loaders, ...loaders], this.refresh);
  }

  /**
   * Only some columns, as plain rows instead of objects; in a row they are called as they were asked for:
   * `select(User).join("toys").columns("name", "toys.name")` gives `{ name: …, "toys.name": … }`.
   *
   * @throws {InvalidModelError} when there is no such column.
   */
  columns<Name extends ColumnName<M, Joined>>(
    ...names: Name[]
  ): SelectColumns<M, Joined, { [Each in Name]: ValueOf<M, Joined, Each> }> {
    const selected = names.map((name) => selection(name, columnNamed(this.model, name)));
    return new SelectColumns(this.model, this.builder.clearSelect().select(selected as never) as never, names);
  }

  /**
   * Joins the rows on the other side of a relation, to filter and to sort by them:
   * `.join("toys").where("toys.name", "=", "car")`. An object comes once for each row it was joined with.
   *
   * @throws {InvalidModelError} when there is no such relation, or it is called like the model's own table.
   */
  join<Name extends RelationNames<M>>(
    name: Name,
  ): Select<M, Joined & { [Each in Name]: JoinedValues<M, Each> }> {
    const { key, otherKey, target, kind } = relationNamed(this.model, name);
    const own = this.model.table.name;
    if (snakeCase(name) === own) {
      throw new InvalidModelError(own, `a relation called like its table, "${name}", cannot be joined: rename it`);
    }
    const link = otherKey ? `${name}Link` : name; // two relations may use one association table
    const [near, far] = kind === "many-to-one" ? [key.column, key.referred] : [key.referred, key.column];
    const first = otherKey ? key.from : target.table;
    type Joining = { innerJoin(table: string, left: string, right: string): Joining };
    let joined = this.builder as unknown as Joining;
    joined = joined.innerJoin(`${first.fullName} as ${link}`, `${link}.${far.name}`, `${own}.${near.name}`);
    if (otherKey) {
      const ends = [`${name}.${otherKey.referred.name}`, `${link}.${otherKey.column.name}`] as const;
      joined = joined.innerJoin(`${target.table.fullName} as ${name}`, ...ends);
    }
    return new Select(this.model, joined as never, this.loaders, this.refresh);
  }

  /** Locks the rows until the end of the transaction, and reads them anew. */
  withForUpdate({ skipLocked, noWait }: LockOptions = {}): Select<M, Joined> {
    let builder = this.builder.forUpdate(this.model.table.name as never);
    if (skipLocked) builder = builder.skipLocked();
    if (noWait) builder = builder.noWait();
    return new Select(this.model, builder, this.loaders, true);
  }

  /**
   * Objects from a query that was written elsewhere, whose result has all columns of the model: called as in the
   * database, in any order, among others. Objects that the session knows stay as they are, but for those that an INSERT,
   * UPDATE, DELETE or MERGE gives back: they take over what was written.
   *
   * ```ts ignore
   * select(Hero).fromStatement(sql`SELECT * FROM heroes WHERE name ~ ${pattern}`);
   * select(Hero).fromStatement(db.updateTable("heroes").set({ app_src: "movie" }).returningAll());
   * ```
   *
   * @param query any query of Kysely, or SQL with `$1`, `$2`, … and its parameters.
   * @throws {InvalidStatementError} when this statement has conditions: they would be lost. When a session executes it:
   * when a column is missing or there twice, before any object is made.
   */
  fromStatement(
    query: Query | Compiled,
    parameters: readonly unknown[] = [],
  ): FromStatement<M> {
    if (super.compile().sql !== select(this.model).compile().sql) {
      const problem = "fromStatement() would replace its conditions, joins or limits; write them into the query";
      throw new InvalidStatementError(this.model.name, problem);
    }
    const written = typeof query === "object" && "sql" in query ? query : compiled(query, parameters);
    return new FromStatement(this.model, written, this.loaders);
  }

  override compile(): Compiled {
    return compile(this.builder, this.model.table, planJoins(this.model, this.loaders, relationNamed));
  }

  /** The rows as they came: they are in the order of the model's columns, before those that are joined. */
  rowsOf(result: Result<unknown>): unknown[][] {
    return result.tuples().all();
  }

  protected override with(builder: Builder<M, Joined>): Select<M, Joined> {
    return new Select(this.model, builder, this.loaders, this.refresh);
  }
}

/** A query for some columns of a model. Made by `select(Model).columns(…)`. */
export class SelectColumns<M extends AnyModel, Joined, Row>
  extends Statement<M, Joined, Row, SelectColumns<M, Joined, Row>> {
  constructor(model: M, builder: Builder<M, Joined>, readonly names: readonly string[]) {
    super(model, builder);
  }

  protected override with(builder: Builder<M, Joined>): SelectColumns<M, Joined, Row> {
    return new SelectColumns(this.model, builder, this.names);
  }
}

/** A query for the objects of a model: `select(Hero).where("name", "=", "spongebob")`. */
export function select<M extends AnyModel>(model: M): Select<M> {
  const columns = model.table.columns.map((column) => selection(column.attribute, column));
  return new Select(
    model,
    expressionBuilder<never>().selectFrom(model.table.fullName as never).select(columns as never) as never,
  );
}

/** A column as the query builder selects it. */
function selection(name: string, column: TableColumn): unknown {
  return isEnumList(column) ? sql`${sql.ref(name)}::text[]`.as(column.attribute) : name;
}

/** The column that a statement names by itself, with the model's table, or with a relation. @throws {InvalidModelError} */
function columnNamed(model: AnyModel, name: string): TableColumn {
  const [attribute, owner = model.table.name] = name.split(".").reverse();
  const table = owner === model.table.name ? model.table : relationsOf(model).get(owner)?.target.table;
  const column = table?.columns.find((column) => column.attribute === attribute);
  if (column) return column;
  throw new InvalidModelError(model.table.name, `it has no column "${name}"`);
}
