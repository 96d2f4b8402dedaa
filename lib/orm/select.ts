/**
 * `select(Model)`: a thin typed skin over Kysely's query builder. A statement is a value: every method returns a new one,
 * and nothing is sent until a session executes it.
 *
 * @module
 */
import {
  CamelCasePlugin,
  DummyDriver,
  type ExpressionBuilder,
  type ExpressionOrFactory,
  Kysely,
  type OperandValueExpressionOrList,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type SelectQueryBuilder,
  type SqlBool,
} from "kysely";
import type { AnyModel, Attributes } from "./model.ts";

/** A database as Kysely's types see it: one table, whose columns are the model's attributes. */
export type ModelDatabase<M extends AnyModel> = { entity: Attributes<M["table"]["types"]> };

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

type Builder<M extends AnyModel> = SelectQueryBuilder<ModelDatabase<M>, "entity", unknown>;

/** Compiles queries and sends none. */
const compiler = new Kysely<Record<string, Record<string, unknown>>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  plugins: [new CamelCasePlugin()],
});

/** A query for the objects of one model. */
export class Select<M extends AnyModel> {
  readonly #builder: Builder<M>;

  constructor(readonly model: M, builder: Builder<M>) {
    this.#builder = builder;
  }

  /**
   * Keeps the rows for which the condition holds; several calls are joined with AND.
   *
   * ```ts ignore
   * select(Hero).where("name", "=", "spongebob");
   * select(Hero).where(({ eb, or }) => or([eb("name", "=", "sandy"), eb("appSrc", "is", null)]));
   * ```
   */
  where<Name extends keyof ModelDatabase<M>["entity"] & string, Operator extends Comparison>(
    column: Name,
    operator: Operator,
    value: OperandValueExpressionOrList<ModelDatabase<M>, "entity", Name>,
  ): Select<M>;
  where(
    condition: ExpressionOrFactory<ModelDatabase<M>, "entity", SqlBool>,
  ): Select<M>;
  where(...condition: unknown[]): Select<M> {
    const where = this.#builder.where as (...condition: unknown[]) => Builder<M>;
    return new Select(this.model, where.apply(this.#builder, condition));
  }

  /** Sorts by a column; a further call sorts what is equal so far. */
  orderBy(column: keyof ModelDatabase<M>["entity"] & string, direction: "asc" | "desc" = "asc"): Select<M> {
    const orderBy = this.#builder.orderBy as (column: string, direction: string) => Builder<M>;
    return new Select(this.model, orderBy.call(this.#builder, column, direction));
  }

  /** At most `count` rows. */
  limit(count: number): Select<M> {
    return new Select(this.model, this.#builder.limit(count));
  }

  /** Leaves out the first `count` rows. */
  offset(count: number): Select<M> {
    return new Select(this.model, this.#builder.offset(count));
  }

  /** The SQL and its parameters. */
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] } {
    return this.#builder.compile();
  }
}

/** A query for the objects of a model: `select(Hero).where("name", "=", "spongebob")`. */
export function select<M extends AnyModel>(model: M): Select<M> {
  const columns = model.table.columns.map(({ attribute }) => `${model.table.name}.${attribute}`);
  const builder = compiler.selectFrom(model.table.name).select(columns);
  return new Select(model, builder as unknown as Builder<M>);
}

/** The expression builder that `where` hands to a function. */
export type { ExpressionBuilder };
