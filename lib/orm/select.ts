/**
 * `select(Model)`: a typed layer over Kysely's query builder. A statement is immutable: every method returns a new one,
 * and nothing is sent until a session executes it.
 *
 * @module
 */
import {
  expressionBuilder,
  type ExpressionOrFactory,
  type JoinBuilder,
  type OrderByExpression,
  type OrderByModifiers,
  type SelectQueryBuilder,
  type SelectQueryNode,
  sql,
  type SqlBool,
} from "kysely";
import { type Compilable, compiled, type Query } from "../engine/kysely/compilable.ts";
import { type Comparison, comparison, type Operand, type PlainOperand } from "../engine/kysely/comparison.ts";
import { compile, type Compiled } from "../engine/kysely/compiler.ts";
import type { Result } from "../engine/result.ts";
import { snakeCase } from "../base/naming.ts";
import { quote } from "../base/quote.ts";
import { InvalidModelError } from "../schema/errors.ts";
import { readCast, type TableColumn } from "../schema/table.ts";
import { decodeRows } from "./column_value.ts";
import { checkContained, narrowsJoins } from "./contained.ts";
import { InvalidStatementError } from "./errors.ts";
import { FromStatement } from "./from_statement.ts";
import { withDefaults } from "./default_loaders.ts";
import { linkName } from "./join_names.ts";
import { type LoaderOption, planJoins } from "./joins.ts";
import type { AnyModel } from "./model.ts";
import { requireModel } from "./model_checks.ts";
import type { ObjectStatement } from "./object_statement.ts";
import type { FittingRelations } from "./relation_types.ts";
import { relationNamed, relationsOf } from "./relations.ts";
import type {
  ColumnName,
  ColumnNames,
  Comparable,
  Database,
  Factory,
  JoinedValues,
  Known,
  LoaderOf,
  RelationNames,
  RelationTold,
  RowOf,
  Scope,
  Sortable,
  Tables,
  ValueOf,
} from "./select_types.ts";
import { scopeOf, wordOf } from "./query_scope.ts";
import type { RowLockOptions } from "./selects.ts";

export type { ColumnValues, RelationNames } from "./select_types.ts";

/**
 * Kysely's builder without types of its own: the names of tables and columns are values here. The signatures of the
 * methods below check them.
 */
// deno-lint-ignore no-explicit-any -- any database
export type Builder = SelectQueryBuilder<any, any, any>;

/** The methods of every SELECT. */
export abstract class SelectBase<M extends AnyModel, Joined, Row, Self> implements Compilable<Row> {
  /** The type of a row; only for the compiler. */
  declare readonly expressionType?: Row;

  /** @ignore */
  constructor(readonly model: M, readonly builder: Builder) {}

  /** Returns the same statement with another builder. */
  protected abstract with(builder: Builder): Self;

  /**
   * Keeps the rows that satisfy the condition; several calls are joined by AND. With `null`, `=` and `!=` compile to
   * `IS NULL` and `IS NOT NULL`.
   *
   * ```ts ignore
   * select(Hero).where("name", "=", "spongebob");
   * select(Hero).where(({ eb, or }) => or([eb("name", "=", "sandy"), eb("appSrc", "is", null)]));
   * ```
   */
  where<
    const Column = Factory<Comparable<M, Joined>>,
    Operator extends Comparison = Comparison,
    Value = Factory<Operand<Database<M, Joined>, Scope<M, Joined, Column>, Column, Operator>>,
  >(
    column: Known<Column, Comparable<M, Joined>, ColumnNames<M, Joined>>,
    operator: Operator,
    value: Known<
      Value,
      Operand<Database<M, Joined>, Scope<M, Joined, Column>, Column, Operator>,
      PlainOperand<ValueOf<M, Joined, Column>, Operator>
    >,
  ): Self;
  /** Keeps the rows that satisfy a condition of Kysely's expression builder. */
  where(condition: ExpressionOrFactory<Database<M, Joined>, Tables<M, Joined>, SqlBool>): Self;
  where(...condition: unknown[]): Self {
    const { builder } = this;
    if (condition.length < 3) return this.with(builder.where(...condition as Parameters<typeof builder.where>));
    const [column, operator, value] = condition;
    const bind = typeof column === "string" ? columnNamed(this.model, column).bind : undefined;
    const compared = comparison(column, operator as Comparison, value, bind);
    return this.with(builder.where(...compared as Parameters<typeof builder.where>));
  }

  /**
   * Sorts by a column or an expression; further calls break ties.
   *
   * ```ts ignore
   * select(Hero).orderBy("name", "desc");
   * select(Hero).orderBy("appSrc", (by) => by.desc().nullsLast());
   * select(Hero).orderBy(({ fn }) => fn("lower", ["name"]));
   * ```
   *
   * @param direction a direction, or Kysely's builder of one: `nullsFirst()`, `nullsLast()`, `collate()`.
   */
  orderBy<const By = Factory<Sortable<M, Joined>>>(
    by: Known<By, Sortable<M, Joined>, ColumnNames<M, Joined>>,
    direction: OrderByModifiers = "asc",
  ): Self {
    // deno-lint-ignore no-explicit-any -- any database
    return this.with(this.builder.orderBy(by as OrderByExpression<any, any, any>, direction));
  }

  /** Returns at most `count` rows. */
  limit(count: number): Self {
    return this.with(this.builder.limit(count));
  }

  /** Skips the first `count` rows. */
  offset(count: number): Self {
    return this.with(this.builder.offset(count));
  }

  /** Removes duplicate rows. */
  distinct(): Self {
    return this.with(this.builder.distinct());
  }

  /** Returns the SQL and its parameters. */
  compile(): Compiled {
    return compile(this.builder, scopeOf(this.model));
  }
}

/** A query for the objects of one model. */
export class Select<M extends AnyModel, Joined = unknown>
  extends SelectBase<M, Joined, Record<string, InstanceType<M>>, Select<M, Joined>>
  implements ObjectStatement<M> {
  /** @ignore */
  constructor(
    model: M,
    builder: Builder,
    /** The loader options as given. */
    readonly given: readonly LoaderOption[] = [],
    readonly refresh = false,
    readonly populates = false,
  ) {
    super(model, builder);
  }

  /** The relations to load: as given, and by default. */
  get loaders(): readonly LoaderOption[] {
    return withDefaults(this.model, this.given);
  }

  /** Loads relations with the objects: `options(selectinload("toys"), joinedload("team"))`. */
  options(...loaders: LoaderOf<M, RelationNames<M>>[]): Select<M, Joined> {
    return new Select(this.model, this.builder, [...this.given, ...loaders], this.refresh, this.populates);
  }

  /**
   * Selects columns: plain rows instead of objects. The names in a row are those given:
   * `select(User).join("toys").columns("name", "toys.name")` returns `{ name: …, "toys.name": … }`.
   *
   * @throws {InvalidModelError} when there is no such column.
   */
  columns<const Names extends readonly string[]>(
    ...names: { [Index in keyof Names]: Known<Names[Index], ColumnName<M, Joined>, ColumnNames<M, Joined>> }
  ): SelectColumns<M, Joined, RowOf<M, Joined, Names>> {
    const columns = names.map((name) => columnNamed(this.model, name));
    const selected = names.map((name, index) => selection(name, columns[index]));
    return new SelectColumns(this.model, this.builder.clearSelect().select(selected), names, columns);
  }

  /**
   * Joins the rows on the other side of a relation, to filter and sort by them:
   * `.join("toys").where("toys.name", "=", "car")`. An object is returned once for each joined row.
   *
   * @throws {InvalidModelError} when there is no such relation, or it has the name of the model's own table.
   */
  join<const Name extends string>(
    relation: Known<Name, RelationNames<M>, RelationTold<M>>,
  ): Select<M, Joined & { [Each in Name]: JoinedValues<M, Each> }> {
    const name = relation as string;
    const { key, otherKey, target, kind } = relationNamed(this.model, name);
    const { name: own, word } = this.model.table;
    if (snakeCase(name) === own) {
      throw new InvalidModelError(
        own,
        `the relation "${name}" has the name of its table and cannot be joined: rename it`,
      );
    }
    const { columns, referredColumns } = key;
    const [near, far] = kind === "many-to-one" ? [columns, referredColumns] : [referredColumns, columns];
    if (!otherKey) {
      const joined = this.builder.innerJoin(`${wordOf(target.table)} as ${name}`, areEqual(name, far, word, near));
      return new Select(this.model, joined, this.given, this.refresh, this.populates);
    }
    const link = linkName(this.model, name);
    const onTarget = areEqual(name, otherKey.referredColumns, link, otherKey.columns);
    const joined = this.builder
      .innerJoin(`${wordOf(key.from)} as ${link}`, areEqual(link, far, word, near))
      .innerJoin(`${wordOf(target.table)} as ${name}`, onTarget);
    return new Select(this.model, joined, this.given, this.refresh, this.populates);
  }

  /** Locks the rows until the end of the transaction; their current values overwrite those of objects in the session. */
  withForUpdate({ skipLocked, noWait }: RowLockOptions = {}): Select<M, Joined> {
    let builder = this.builder.forUpdate(this.model.table.word);
    if (skipLocked) builder = builder.skipLocked();
    if (noWait) builder = builder.noWait();
    return new Select(this.model, builder, this.given, true, this.populates);
  }

  /**
   * Overwrites objects of the session with the values of their rows, also those in the relations that are loaded: a
   * query otherwise leaves what the session has. Their pending changes are lost where they were not flushed before, and
   * relations that are not loaded by this statement have to be loaded again.
   */
  populateExisting(): Select<M, Joined> {
    return new Select(this.model, this.builder, this.given, this.refresh, true);
  }

  /**
   * Returns objects from another query, whose result has all columns of the model: named as in the database, in any
   * order, possibly among others. Objects in the session keep their values, except where an INSERT, UPDATE, DELETE or
   * MERGE returns the rows: then the returned values overwrite them. For a SELECT that has one of these words the
   * session asks the server for the plan, which takes a further round trip. What a function writes needs `refresh()`.
   *
   * ```ts ignore
   * select(Hero).fromStatement(sql`SELECT * FROM heroes WHERE name ~ ${pattern}`);
   * select(Hero).fromStatement(db.updateTable("heroes").set({ app_src: "movie" }).returningAll());
   * ```
   *
   * @param query any query of Kysely, or SQL with `$1`, `$2`, … and its parameters.
   * @throws {InvalidStatementError} when this statement has conditions, which would be lost. When a session executes
   * it: when a column is missing or occurs twice, before any object is made.
   */
  fromStatement(
    query: Query | Compiled,
    parameters: readonly unknown[] = [],
  ): FromStatement<M> {
    if (super.compile().sql !== SelectBase.prototype.compile.call(select(this.model)).sql) {
      const problem = "fromStatement() would replace its conditions, joins or limits; write them into the query";
      throw new InvalidStatementError(this.model.name, problem);
    }
    const written = typeof query === "object" && "sql" in query ? query : compiled(query, parameters);
    return new FromStatement(this.model, written, this.given, this.populates);
  }

  /** Compiles the query to SQL and parameters. */
  override compile(): Compiled {
    const plan = planJoins(this.model, this.loaders);
    if (plan.joins.length > 0) checkContained(this.model, this.loaders, this.#node, plan.order);
    return compile(this.builder, scopeOf(this.model), plan);
  }

  /** @ignore */
  get narrowsJoins(): boolean {
    return narrowsJoins(this.#node, this.model.table.word);
  }

  get #node(): SelectQueryNode {
    return this.builder.toOperationNode() as SelectQueryNode;
  }

  /** Returns the rows unchanged: they start with the model's columns in order, followed by joined ones. */
  rowsOf(result: Result<unknown>): unknown[][] {
    return result.tuples().all();
  }

  /** @ignore */
  protected override with(builder: Builder): Select<M, Joined> {
    return new Select(this.model, builder, this.given, this.refresh, this.populates);
  }
}

/** A query for columns of a model. Made by `select(Model).columns(…)`. */
export class SelectColumns<M extends AnyModel, Joined, Row>
  extends SelectBase<M, Joined, Row, SelectColumns<M, Joined, Row>> {
  /** @ignore */
  constructor(
    model: M,
    builder: Builder,
    readonly names: readonly string[],
    private readonly columns: readonly TableColumn[],
  ) {
    super(model, builder);
  }

  /** Returns the rows with their values in the order of the names. */
  rowsOf(result: Result<unknown>): unknown[][] {
    const rows = result.tuples().all();
    decodeRows(this.columns, rows);
    return rows;
  }

  /** @ignore */
  protected override with(builder: Builder): SelectColumns<M, Joined, Row> {
    return new SelectColumns(this.model, builder, this.names, this.columns);
  }
}

/** Starts a query for the objects of a model: `select(Hero).where("name", "=", "spongebob")`. */
export function select<M extends AnyModel>(model: M & FittingRelations<M>): Select<M> {
  requireModel(model);
  const columns = model.table.columns.map((column) => selection(column.attribute, column));
  // deno-lint-ignore no-explicit-any -- any database
  return new Select(model, expressionBuilder<any, any>().selectFrom(wordOf(model.table)).select(columns));
}

/**
 * Selects the object with a key, and its relations.
 *
 * @param refresh overwrites the values of an object that is in the session.
 */
export function selectObject(
  model: AnyModel,
  key: readonly unknown[],
  { loaders = [], lock = false, refresh = Boolean(lock) }: {
    readonly loaders?: readonly LoaderOption[];
    readonly lock?: boolean | RowLockOptions;
    readonly refresh?: boolean;
  } = {},
): Select<AnyModel> {
  const { primaryKey } = model.table;
  const found = primaryKey.reduce<Select<AnyModel>>(
    (statement, { attribute }, index) => statement.where(attribute as never, "=", key[index] as never),
    select(model as never),
  );
  const { builder } = lock ? found.withForUpdate(lock === true ? {} : lock) : found;
  return new Select(model, builder, loaders, refresh);
}

// deno-lint-ignore no-explicit-any -- any tables
type Join = JoinBuilder<any, any>;

/** Compares the columns of two tables, pair by pair. */
function areEqual(
  one: string,
  ones: readonly TableColumn[],
  other: string,
  others: readonly TableColumn[],
): (join: Join) => Join {
  const pairs = ones.map(({ attribute }, index) => [attribute, others[index].attribute]);
  return (join) => pairs.reduce((on, [left, right]) => on.onRef(`${one}.${left}`, "=", `${other}.${right}`), join);
}

/** Returns a column for the SELECT list. */
function selection(name: string, column: TableColumn) {
  const cast = readCast(column);
  if (!cast) return name;
  const read = sql`${sql.ref(name)}${sql.raw(cast)}`;
  // a name in quotes is not changed to snake_case
  return column.name === snakeCase(column.attribute) ? read.as(column.attribute) : read.as(sql.raw(quote(column.name)));
}

/**
 * Finds a column by its name: unqualified, with the model's table, or with a relation.
 *
 * @throws {InvalidModelError} when there is no such column.
 */
function columnNamed(model: AnyModel, name: string): TableColumn {
  const [attribute, owner = model.table.word] = name.split(".").reverse();
  const table = owner === model.table.word ? model.table : relationsOf(model).get(owner)?.target.table;
  const column = table?.columns.find((column) => column.attribute === attribute);
  if (column) return column;
  throw new InvalidModelError(model.table.name, `it has no column "${name}"`);
}
