/**
 * `select(Model).fromStatement(query)`: objects from any query whose result has the columns of the model.
 *
 * @module
 */
import { decodeArray } from "../values/decode.ts";
import type { Result } from "../engine/result.ts";
import type { LoaderOption } from "./selects.ts";
import { isEnumList } from "../schema/table.ts";
import type { Compiled } from "../engine/kysely/compiler.ts";
import { InvalidStatementError } from "./errors.ts";
import type { AnyModel } from "./model.ts";
import type { LoaderOf, ObjectStatement } from "./select.ts";

/** A query that was written elsewhere and gives objects. Made by `select(Model).fromStatement(query)`. */
export class FromStatement<M extends AnyModel> implements ObjectStatement<M> {
  /** Only types: what a row holds. */
  declare readonly expressionType?: Record<string, InstanceType<M>>;
  readonly refresh: boolean;

  /** @throws {InvalidStatementError} when a relation shall be joined: the query is sent as it was written. */
  constructor(readonly model: M, readonly compiled: Compiled, readonly loaders: readonly LoaderOption[]) {
    if (loaders.some(({ isJoined }) => isJoined)) {
      throw new InvalidStatementError(model.name, "joinedload() cannot add a join to it; use selectinload()");
    }
    // what a statement has just written is newer than what the session knows
    this.refresh = /^\s*(insert|update|delete|merge)\b/i.test(compiled.sql);
  }

  /** Brings relations along: `options(selectinload("toys"))`. */
  options(...loaders: LoaderOf<M>[]): FromStatement<M> {
    return new FromStatement(this.model, this.compiled, [...this.loaders, ...loaders]);
  }

  /** The SQL and its parameters. */
  compile(): Compiled {
    return this.compiled;
  }

  /** @throws {InvalidStatementError} when a column is missing, or there twice, or a row has no key. */
  rowsOf(result: Result<unknown>): unknown[][] {
    const { table: { columns, keyIndexes }, name: model } = this.model;
    const at = columns.map(({ name }) => {
      const index = result.columns.indexOf(name);
      if (index >= 0 && index === result.columns.lastIndexOf(name)) return index;
      const problem = `${index < 0 ? "no column" : "more than one column"} "${name}"`;
      throw new InvalidStatementError(
        model,
        `its result has ${problem}; it has: ${result.columns.join(", ") || "none"}`,
      );
    });
    return result.tuples().all().map((row) => {
      if (keyIndexes.some((index) => row[at[index]] === null)) {
        throw new InvalidStatementError(model, "a row has NULL for its key, as an outer join makes it: leave it out");
      }
      // an array of an enum type comes as a text
      const read = (value: unknown) => typeof value === "string" ? decodeArray(value, String) : value;
      return columns.map((column, index) => isEnumList(column) ? read(row[at[index]]) : row[at[index]]);
    });
  }
}
