/**
 * What a query brought back, read the way one needs it. The names and meanings are those of SQLAlchemy 2's `Result`
 * and `ScalarResult` (https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Result), except that a
 * result is in memory and can be read again.
 *
 * @module
 */
import { markdownTable } from "../base/markdown.ts";
import type { RawResult } from "./driver.ts";
import { MultipleResultsFound, NoResultFound, UniqueRequiredError } from "./errors.ts";

/** A sequence of rows, of whatever shape. */
export abstract class Rows<Row> implements Iterable<Row> {
  #rows: Row[] | (() => Row[]);

  /**
   * @param rows the rows, or what makes them when they are first read.
   * @param repeats true: they have to be made unique before more than the first is read.
   */
  constructor(rows: Row[] | (() => Row[]), protected readonly repeats = false) {
    this.#rows = rows;
  }

  /**
   * Every row.
   *
   * @throws {UniqueRequiredError} when a relation to many was joined to them, as by everything but `first()`.
   */
  all(): Row[] {
    if (this.repeats) throw new UniqueRequiredError();
    return this.rows();
  }

  /** Every row, as often as it came. */
  protected rows(): Row[] {
    if (typeof this.#rows === "function") this.#rows = this.#rows();
    return this.#rows;
  }

  /** The first row, or `null` when there is none; further rows are ignored. */
  first(): Row | null {
    return this.rows()[0] ?? null;
  }

  /**
   * The only row.
   *
   * @throws {NoResultFound}
   * @throws {MultipleResultsFound}
   */
  one(): Row {
    const rows = this.all();
    if (rows.length !== 1) throw rows.length === 0 ? new NoResultFound() : new MultipleResultsFound("exactly one");
    return rows[0];
  }

  /**
   * The only row, or `null` when there is none.
   *
   * @throws {MultipleResultsFound}
   */
  oneOrNone(): Row | null {
    const rows = this.all();
    if (rows.length > 1) throw new MultipleResultsFound("at most one");
    return rows[0] ?? null;
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.all()[Symbol.iterator]();
  }
}

/** One value a row. */
export class ScalarResult<Value> extends Rows<Value> {
  /** Without repetitions; the first of equal values stays. Objects are equal when they are the same object. */
  unique(): ScalarResult<Value> {
    return new ScalarResult([...new Set(this.rows())]);
  }
}

/** Each row an array, in the order of the columns: also where two columns have the same name. */
export class TupleResult extends Rows<unknown[]> {}

/** Each row an object with the columns' names. */
export class Result<Row = Record<string, unknown>> extends Rows<Row> {
  /** The names of the columns, in order. */
  readonly columns: readonly string[];
  /** Rows returned, or changed by an INSERT, UPDATE or DELETE. */
  readonly rowCount: number;
  /** The first word of the server's command tag: `SELECT`, `UPDATE`, `CREATE`, … */
  readonly command: string;
  readonly #tuples: unknown[][];

  /** @param repeats see {@linkcode Rows}; `unique()` then compares the objects in the first column. */
  constructor({ columns, rows, rowCount, command }: RawResult, repeats = false) {
    super(() => rows.map((tuple) => rowObject<Row>(columns, tuple)), repeats);
    this.columns = columns;
    this.rowCount = rowCount;
    this.command = command;
    this.#tuples = rows;
  }

  /** The rows as arrays. */
  tuples(): TupleResult {
    return new TupleResult(this.#tuples, this.repeats);
  }

  /** The first column of the first row, or `null` when there is no row; further rows are ignored. */
  scalar<Value = FirstColumn<Row>>(): Value | null {
    return (this.#tuples[0]?.[0] ?? null) as Value | null;
  }

  /**
   * The first column of the only row.
   *
   * @throws {NoResultFound}
   * @throws {MultipleResultsFound}
   */
  scalarOne<Value = FirstColumn<Row>>(): Value {
    return this.tuples().one()[0] as Value;
  }

  /**
   * The first column of the only row, or `null` when there is none.
   *
   * @throws {MultipleResultsFound}
   */
  scalarOneOrNone<Value = FirstColumn<Row>>(): Value | null {
    return (this.tuples().oneOrNone()?.[0] ?? null) as Value | null;
  }

  /**
   * One column of every row.
   *
   * @param column its number, from 0, or its name.
   * @throws {RangeError} no such column
   */
  scalars<Name extends keyof Row & string>(column: Name): ScalarResult<Row[Name]>;
  scalars<Value = FirstColumn<Row>>(column?: number | (keyof Row & string)): ScalarResult<Value>;
  scalars<Value = FirstColumn<Row>>(column: number | (keyof Row & string) = 0): ScalarResult<Value> {
    const index = typeof column === "number" ? column : this.columns.indexOf(column);
    if (this.#tuples.length > 0 && !(index in this.columns)) {
      throw new RangeError(`There is no column ${JSON.stringify(column)}; there are: ${this.columns.join(", ")}`);
    }
    return new ScalarResult(this.#tuples.map((tuple) => tuple[index] as Value), this.repeats);
  }

  /**
   * Returns the result without repeated rows. Rows are compared value by value; after `joinedload()`, by the identity of
   * the object in the first column.
   */
  unique(): Result<Row> {
    const rows = distinctBy(this.#tuples, this.repeats ? firstValue : serialized);
    return new Result<Row>({ columns: this.columns, rows, command: this.command, rowCount: rows.length });
  }

  /** A table in a notebook. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/markdown": markdownTable(this.columns, this.#tuples), "text/plain": Deno.inspect(this.rows()) };
  }
}

function rowObject<Row>(columns: readonly string[], tuple: unknown[]): Row {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) row[columns[i]] = tuple[i];
  return row as Row;
}

/** The type of a row's first column, where the row has but one; else unknown. */
export type FirstColumn<Row> = IsUnion<keyof Row> extends true ? unknown : Row[keyof Row];
type IsUnion<T, Member = T> = [T] extends [never] ? true
  : Member extends unknown ? ([T] extends [Member] ? false : true)
  : never;

/** Returns the first item of each key, in order. */
function distinctBy<T>(items: readonly T[], keyOf: (item: T) => unknown): T[] {
  const firstOfKey = new Map<unknown, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!firstOfKey.has(key)) firstOfKey.set(key, item);
  }
  return [...firstOfKey.values()];
}

function firstValue(tuple: readonly unknown[]): unknown {
  return tuple[0];
}

/** Returns the same text for tuples of equal values. */
function serialized(tuple: readonly unknown[]): string {
  return JSON.stringify(tuple, (_, value) => isJsonValue(value) ? value : `${value}`);
}

/** JSON has no bigint, and writes NaN and Infinity as null. */
function isJsonValue(value: unknown): boolean {
  return typeof value !== "bigint" && (typeof value !== "number" || Number.isFinite(value));
}
