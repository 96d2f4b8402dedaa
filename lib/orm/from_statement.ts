/**
 * `select(Model).fromStatement(query)`: objects from any query that returns the columns of the model.
 *
 * @module
 */
import { decodeArray } from "../values/decode.ts";
import type { Result } from "../engine/result.ts";
import { withDefaults } from "./default_loaders.ts";
import type { LoaderOption } from "./joins.ts";
import { readCast } from "../schema/table.ts";
import type { Compiled } from "../engine/kysely/compiler.ts";
import { InvalidStatementError } from "./errors.ts";
import type { AnyModel } from "./model.ts";
import type { ObjectStatement } from "./object_statement.ts";
import { eagerName } from "./contained.ts";
import { relationNamed } from "./relations.ts";
import type { LoaderOf, RelationNames } from "./select_types.ts";

/** A query by other means that returns objects. Made by `select(Model).fromStatement(query)`. */
export class FromStatement<M extends AnyModel> implements ObjectStatement<M> {
  /** The type of a row; only for the compiler. */
  declare readonly expressionType?: Record<string, InstanceType<M>>;
  /** Values just written are newer than those in the session. */
  readonly refresh = "written";
  /** What its joins leave out is not known. */
  readonly narrowsJoins = true;

  /**
   * @ignore
   * @throws {InvalidStatementError} for `joinedload()`: the query is sent unchanged.
   */
  constructor(
    readonly model: M,
    readonly compiled: Compiled,
    readonly given: readonly LoaderOption[],
    readonly populates = false,
  ) {
    const adds = ({ isJoined, isContained, nested }: LoaderOption): boolean =>
      isJoined && (!isContained || nested.some(adds));
    if (given.some(adds)) {
      throw new InvalidStatementError(model.name, "joinedload() cannot add a join to it; use selectinload()");
    }
  }

  /** The relations to load: as given, and by default, each by a SELECT if the query does not have it. */
  get loaders(): readonly LoaderOption[] {
    const selected = (option: LoaderOption): LoaderOption => ({ ...option, isJoined: false });
    return withDefaults(this.model, this.given).map((option) =>
      option.isContained ? { ...option, nested: option.nested.map(selected) } : selected(option)
    );
  }

  /** Loads relations with the objects: `options(selectinload("toys"))`. */
  options(...loaders: LoaderOf<M, RelationNames<M>>[]): FromStatement<M> {
    return new FromStatement(this.model, this.compiled, [...this.given, ...loaders], this.populates);
  }

  /** Overwrites objects of the session with the rows, as `populateExisting()` of a {@linkcode Select} does. */
  populateExisting(): FromStatement<M> {
    return new FromStatement(this.model, this.compiled, this.given, true);
  }

  /** Returns the SQL and its parameters. */
  compile(): Compiled {
    return this.compiled;
  }

  /**
   * Returns the rows with their values in the order of the model's columns.
   *
   * @throws {InvalidStatementError} when a column is missing or occurs twice, or a row has no key.
   */
  rowsOf(result: Result<unknown>): unknown[][] {
    const { table: { columns, keyIndexes }, name: model } = this.model;
    const contained = this.loaders.filter(({ isContained }) => isContained).flatMap(({ name }) =>
      relationNamed(this.model, name).target.table.columns.map((column) => ({
        ...column,
        name: eagerName(name, column.name),
      }))
    );
    const all = [...columns, ...contained];
    const positions = all.map(({ name }) => {
      const index = result.columns.indexOf(name);
      if (index >= 0 && index === result.columns.lastIndexOf(name)) return index;
      const problem = `${index < 0 ? "no column" : "more than one column"} "${name}"`;
      throw new InvalidStatementError(
        model,
        `its result has ${problem}; it has: ${result.columns.join(", ") || "none"}`,
      );
    });
    return result.tuples().all().map((row) => {
      if (keyIndexes.some((index) => row[positions[index]] === null)) {
        throw new InvalidStatementError(model, "a row has NULL for its key, as an outer join makes it: leave it out");
      }
      // without a cast such an array arrives as text
      const decode = (value: unknown) => typeof value === "string" ? decodeArray(value, String) : value;
      return all.map((column, index) => {
        const value = row[positions[index]];
        return readCast(column) === "::text[]" ? decode(value) : value;
      });
    });
  }
}
