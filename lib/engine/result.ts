/**
 * Query results. Names and meanings are those of SQLAlchemy 2's `Result` and `ScalarResult`
 * (https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Result), except that a result is held in
 * memory and can be read again.
 *
 * @module
 */
import { markdownTable } from "../base/markdown.ts";
import type { RawResult } from "./driver.ts";
import { MultipleResultsFound, NoResultFound, UniqueRequiredError } from "./errors.ts";

/** A sequence of rows of any shape. */
export abstract class Rows<Row> implements Iterable<Row> {
  #rows: Row[] | (() => Row[]);

  /**
   * @ignore
   * @param rows the rows, or a function that creates them on first use.
   * @param repeats true if `unique()` is required before more than the first row is read.
   */
  constructor(rows: Row[] | (() => Row[]), protected readonly repeats = false) {
    this.#rows = rows;
  }

  /**
   * Returns all rows.
   *
   * @throws {UniqueRequiredError} if a to-many relation was joined to them; so do all other methods but `first()`.
   */
  all(): Row[] {
    if (this.repeats) throw new UniqueRequiredError();
    return this.rows();
  }

  /** Returns all rows, repeated ones included. */
  protected rows(): Row[] {
    if (typeof this.#rows === "function") this.#rows = this.#rows();
    return this.#rows;
  }

  /** Returns the first row, or `null` if there is none; ignores further rows. */
  first(): Row | null {
    return this.rows()[0] ?? null;
  }

  /**
   * Returns the only row.
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
   * Returns the only row, or `null` if there is none.
   *
   * @throws {MultipleResultsFound}
   */
  oneOrNone(): Row | null {
    const rows = this.all();
    if (rows.length > 1) throw new MultipleResultsFound("at most one");
    return rows[0] ?? null;
  }

  /** Iterates over `all()`. */
  [Symbol.iterator](): Iterator<Row> {
    return this.all()[Symbol.iterator]();
  }
}

/** One value per row. */
export class ScalarResult<Value> extends Rows<Value> {
  /** Returns the distinct values, in order of first occurrence. Objects are compared by identity. */
  unique(): ScalarResult<Value> {
    return new ScalarResult([...new Set(this.rows())]);
  }
}

/** Rows as arrays, in the order of the columns, which may have equal names. */
export class TupleResult extends Rows<unknown[]> {}

/** Rows as objects with the names of the columns. */
export class Result<Row = Record<string, unknown>> extends Rows<Row> {
  /** The names of the columns, in order. */
  readonly columns: readonly string[];
  /** Number of rows returned, or changed by an INSERT, UPDATE or DELETE. */
  readonly rowCount: number;
  /** The first word of the server's command tag: `SELECT`, `UPDATE`, `CREATE`, … */
  readonly command: string;
  readonly #tuples: unknown[][];
  readonly #areObjects: boolean;

  /**
   * @ignore
   * @param repeats see {@linkcode Rows}.
   * @param areObjects true if `unique()` compares the objects in the first column.
   */
  constructor({ columns, rows, rowCount, command }: RawResult, repeats = false, areObjects = repeats) {
    super(() => rows.map((tuple) => rowObject<Row>(columns, tuple)), repeats);
    this.columns = columns;
    this.rowCount = rowCount;
    this.command = command;
    this.#tuples = rows;
    this.#areObjects = areObjects;
  }

  /** Returns the rows as arrays. */
  tuples(): TupleResult {
    return new TupleResult(this.#tuples, this.repeats);
  }

  /** Returns the first column of the first row, or `null` if there is no row; ignores further rows. */
  scalar<Value = FirstColumn<Row>>(): Value | null {
    return (this.#tuples[0]?.[0] ?? null) as Value | null;
  }

  /**
   * Returns the first column of the only row.
   *
   * @throws {NoResultFound}
   * @throws {MultipleResultsFound}
   */
  scalarOne<Value = FirstColumn<Row>>(): Value {
    return this.tuples().one()[0] as Value;
  }

  /**
   * Returns the first column of the only row, or `null` if there is none.
   *
   * @throws {MultipleResultsFound}
   */
  scalarOneOrNone<Value = FirstColumn<Row>>(): Value | null {
    return (this.tuples().oneOrNone()?.[0] ?? null) as Value | null;
  }

  /**
   * Returns one column of all rows.
   *
   * @param column its index, counted from 0, or its name.
   * @throws {RangeError} if there is no such column.
   */
  scalars<Name extends keyof Row & string>(column: Name): ScalarResult<Row[Name]>;
  /** Returns one column of all rows. */
  scalars<Value = FirstColumn<Row>>(column?: number | (keyof Row & string)): ScalarResult<Value>;
  scalars<Value = FirstColumn<Row>>(column: number | (keyof Row & string) = 0): ScalarResult<Value> {
    const index = typeof column === "number" ? column : this.columns.indexOf(column);
    if (this.#tuples.length > 0 && !(index in this.columns)) {
      throw new RangeError(`There is no column ${JSON.stringify(column)}; there are: ${this.columns.join(", ")}`);
    }
    return new ScalarResult(this.#tuples.map((tuple) => tuple[index] as Value), this.repeats);
  }

  /**
   * Returns the result without repeated rows. Rows are compared value by value; those of objects of a model by the
   * identity of the object.
   */
  unique(): Result<Row> {
    const rows = distinctBy(this.#tuples, this.#areObjects ? firstValue : serialized);
    return new Result<Row>({ columns: this.columns, rows, command: this.command, rowCount: rows.length });
  }

  /** Displays a table in a notebook. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/markdown": markdownTable(this.columns, this.#tuples), "text/plain": Deno.inspect(this.rows()) };
  }
}

function rowObject<Row>(columns: readonly string[], tuple: unknown[]): Row {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) row[columns[i]] = tuple[i];
  return row as Row;
}

/** The name of the mark of {@linkcode FirstIs}. */
export declare const FIRST: unique symbol;
/** Marks the type of a row with that of its first column: the type of an object has no order; only for the compiler. */
export interface FirstIs<Value> {
  /** The type of the first column. */
  readonly [FIRST]?: Value;
}

/** The type of a row's first column if it is the only one or the row is marked with it; otherwise unknown. */
export type FirstColumn<Row> = typeof FIRST extends keyof Row ? Row extends FirstIs<infer Value> ? Value : never
  : IsUnion<keyof Row> extends true ? unknown
  : Row[keyof Row];
/** True if a type is a union of several. */
export type IsUnion<T, Member = T> = [T] extends [never] ? true
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
