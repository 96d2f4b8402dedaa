/**
 * `select(Model)`: a thin typed skin over Kysely's query builder. A statement is a value: every method returns a new one,
 * and nothing is sent until a session executes it.
 *
 * @module
 */
import {
  CamelCasePlugin,
  DummyDriver,
  type ExpressionOrFactory,
  type ExtractTypeFromReferenceExpression,
  HandleEmptyInListsPlugin,
  isExpression,
  Kysely,
  type OperandValueExpression,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type ReferenceExpression,
  replaceWithNoncontingentExpression,
  type SelectQueryBuilder,
  sql,
  type SqlBool,
  type StringReference,
} from "kysely";
import { InvalidModelError } from "./errors.ts";
import type { LoaderOption } from "./loading.ts";
import type { AnyModel, Attributes } from "./model.ts";
import { quote } from "./quote.ts";
import { type Related, relationsOf } from "./relations.ts";
import { snakeCase, type Table, type TableColumn } from "./table.ts";

/** The attributes of a model that are columns. */
export type ColumnValues<M extends AnyModel> = Attributes<M["table"]["types"]>;

/** The names of a model's relations. */
export type RelationNames<M extends AnyModel> = keyof NonNullable<M["relations"]> & string;

/** The columns on the other side of a relation. */
type JoinedValues<M extends AnyModel, Name extends string> = Name extends keyof InstanceType<M>
  ? ValuesOf<InstanceType<M>[Name] extends Related<infer T> ? T : NonNullable<InstanceType<M>[Name]>>
  : never;
type ValuesOf<T> = {
  // deno-lint-ignore no-explicit-any -- whatever is no column of a row
  [Name in keyof T as T[Name] extends Related<any> | ((...args: any) => any) ? never : Name]: T[Name];
};

/** How to compare, as Kysely writes it. */
export type Comparison =
  | "="
  | "!="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "like"
  | "ilike"
  | "in"
  | "not in"
  | "is"
  | "is not";

/** How rows are locked until the end of the transaction. */
export interface LockOptions {
  /** Leave out rows that somebody else has locked. */
  readonly skipLocked?: boolean;
  /** Fail at once, with a LockTimeoutError, where somebody else has locked a row. */
  readonly noWait?: boolean;
}

/** A database as Kysely's types see it: the model's table and those that were joined. */
type Database<M extends AnyModel, Joined> = { [Name in M["table"]["name"]]: ColumnValues<M> } & Joined;
type Tables<M extends AnyModel, Joined> = keyof Database<M, Joined> & string;
type Builder<M extends AnyModel, Joined> = SelectQueryBuilder<Database<M, Joined>, Tables<M, Joined>, unknown>;

/** What a column may be compared with: `in` takes a list, `is` takes null or a boolean. */
type Operand<DB, TB extends keyof DB, Column, Operator> = Operator extends "in" | "not in" ?
    | readonly OperandValueExpression<DB, TB, Column>[]
    | ExpressionOrFactory<DB, TB, ExtractTypeFromReferenceExpression<DB, TB, Column>>
  : Operator extends "is" | "is not"
    ? Extract<ExtractTypeFromReferenceExpression<DB, TB, Column>, boolean | null> | null
  : OperandValueExpression<DB, TB, Column>;

/** Names columns as the tables do: by one rule. */
class SnakeCasePlugin extends CamelCasePlugin {
  protected override snakeCase(name: string): string {
    return snakeCase(name);
  }
}

/** Compiles queries and sends none. */
const compiler = new Kysely<Record<string, Record<string, unknown>>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  // an empty list is in no row, as in SQLAlchemy: SQL itself has no empty list
  plugins: [new SnakeCasePlugin(), new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
});

/** What every kind of SELECT has. */
abstract class Statement<M extends AnyModel, Joined, Self> {
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
  where<Column extends ReferenceExpression<Database<M, Joined>, Tables<M, Joined>>, Operator extends Comparison>(
    column: Column,
    operator: Operator,
    value: Operand<Database<M, Joined>, Tables<M, Joined>, Column, Operator>,
  ): Self;
  where(condition: ExpressionOrFactory<Database<M, Joined>, Tables<M, Joined>, SqlBool>): Self;
  where(...condition: unknown[]): Self {
    const where = this.builder.where as (...condition: unknown[]) => Builder<M, Joined>;
    const [column, operator, value] = condition;
    return this.with(
      where.apply(
        this.builder,
        condition.length < 3 ? condition : comparison(this.model.table, column, operator as Comparison, value),
      ),
    );
  }

  /** Sorts by a column; a further call sorts what is equal so far. */
  orderBy(
    column: StringReference<Database<M, Joined>, Tables<M, Joined>> & string,
    direction: "asc" | "desc" = "asc",
  ): Self {
    const orderBy = this.builder.orderBy as (column: unknown, direction: string) => Builder<M, Joined>;
    return this.with(orderBy.call(this.builder, qualified(this.model.table, column), direction));
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
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] } {
    return this.builder.compile();
  }
}

/** A query for the objects of one model. */
export class Select<M extends AnyModel, Joined = unknown> extends Statement<M, Joined, Select<M, Joined>> {
  constructor(
    model: M,
    builder: Builder<M, Joined>,
    readonly loaders: readonly LoaderOption[] = [],
    readonly lock = false,
  ) {
    super(model, builder);
  }

  /** Brings relations along: `options(selectinload("toys"))`. */
  options(...loaders: LoaderOption<RelationNames<M>>[]): Select<M, Joined> {
    return new Select(this.model, this.builder, [...this.loaders, ...loaders], this.lock);
  }

  /** Only some columns, as plain rows instead of objects. */
  columns<Name extends keyof ColumnValues<M> & string>(
    ...names: Name[]
  ): SelectColumns<M, Joined, { [Each in Name]: ColumnValues<M>[Each] }> {
    const { table } = this.model;
    const clear = this.builder.clearSelect() as unknown as { select(columns: unknown[]): Builder<M, Joined> };
    return new SelectColumns(
      this.model,
      clear.select(names.map((name) => selection(table, table.column(name)))),
      names,
    );
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
    const relation = relationsOf(this.model).get(name);
    if (!relation) throw new InvalidModelError(this.model.table.name, `there is no relation "${name}"`);
    const { key, otherKey, target, kind } = relation;
    const own = this.model.table.name;
    if (snakeCase(name) === own) {
      throw new InvalidModelError(own, `a relation called like its table, "${name}", cannot be joined: rename it`);
    }
    const link = `${name}Link`; // two relations may use one association table
    const as = `${target.table.name} as ${name}`;
    type Joining = { innerJoin(table: string, left: string, right: string): Joining };
    const builder = this.builder as unknown as Joining;
    const joined = otherKey
      ? builder.innerJoin(`${key.from.name} as ${link}`, `${link}.${key.column.name}`, `${own}.${key.referred.name}`)
        .innerJoin(as, `${name}.${otherKey.referred.name}`, `${link}.${otherKey.column.name}`)
      : kind === "many-to-one"
      ? builder.innerJoin(as, `${name}.${key.referred.name}`, `${own}.${key.column.name}`)
      : builder.innerJoin(as, `${name}.${key.column.name}`, `${own}.${key.referred.name}`);
    return new Select(this.model, joined as never, this.loaders, this.lock);
  }

  /** Locks the rows until the end of the transaction, and reads them anew. */
  withForUpdate({ skipLocked, noWait }: LockOptions = {}): Select<M, Joined> {
    let builder = this.builder.forUpdate(this.model.table.name as never);
    if (skipLocked) builder = builder.skipLocked();
    if (noWait) builder = builder.noWait();
    return new Select(this.model, builder, this.loaders, true);
  }

  protected override with(builder: Builder<M, Joined>): Select<M, Joined> {
    return new Select(this.model, builder, this.loaders, this.lock);
  }
}

/** A query for some columns of a model. Made by `select(Model).columns(…)`. */
export class SelectColumns<M extends AnyModel, Joined, Row>
  extends Statement<M, Joined, SelectColumns<M, Joined, Row>> {
  /** Only types: what a row holds. */
  declare readonly row: Row;

  constructor(model: M, builder: Builder<M, Joined>, readonly names: readonly string[]) {
    super(model, builder);
  }

  protected override with(builder: Builder<M, Joined>): SelectColumns<M, Joined, Row> {
    return new SelectColumns(this.model, builder, this.names);
  }
}

/** A query for the objects of a model: `select(Hero).where("name", "=", "spongebob")`. */
export function select<M extends AnyModel>(model: M): Select<M> {
  const { table } = model;
  const builder = compiler.selectFrom(table.name).select(
    table.columns.map((column) => selection(table, column)) as never,
  );
  return new Select(model, builder as never);
}

/** The columns of a table as a SELECT names them. */
export function columnsOf(table: Table): string {
  return table.columns.map((column) =>
    `${quote(table.name)}.${quote(column.name)}${isEnumList(column) ? "::text[]" : ""}`
  )
    .join(", ");
}

/** A column as the query builder selects it. */
function selection({ name }: Table, column: TableColumn): unknown {
  const reference = `${name}.${column.attribute}`;
  return isEnumList(column) ? sql`${sql.ref(reference)}::text[]`.as(column.attribute) : reference;
}

/** An array of an enum type is read as one of texts: only the server knows that its own type is an array. */
function isEnumList({ type, values }: TableColumn): boolean {
  return values !== undefined && type.endsWith("[]");
}

/** A column of the model is its own, also where a joined table has one of that name. */
function qualified({ name, columns }: Table, column: unknown): unknown {
  return columns.some(({ attribute }) => attribute === column) ? `${name}.${column}` : column;
}

const NULL_OPERATORS: Readonly<Record<string, Comparison>> = { "=": "is", "!=": "is not", "<>": "is not" };

/** A comparison as Kysely takes it: null is compared with IS, and a value that is an array is no list of values. */
function comparison(table: Table, column: unknown, operator: Comparison, value: unknown): unknown[] {
  const bind = table.columns.find(({ attribute }) => attribute === column)?.bind;
  const bound = (each: unknown) =>
    !bind || each === null || typeof each === "function" || isExpression(each) ? each : bind(each);
  const left = qualified(table, column);
  if (value === null) return [left, NULL_OPERATORS[operator] ?? operator, null];
  if (operator === "in" || operator === "not in") {
    return [left, operator, Array.isArray(value) ? value.map(bound) : value];
  }
  return [left, operator, Array.isArray(value) ? sql.val(bound(value)) : bound(value)];
}
