/**
 * Column types of a program's own.
 *
 * @module
 */
import { COLUMN_TYPES, type ColumnType, parseType, registerColumnType } from "../values/types.ts";
import { Column } from "./columns.ts";
import { InvalidColumnTypeError } from "./errors.ts";

/** How the values of a column type are read and sent. */
export interface ColumnTypeOptions<Value> {
  /** The SQL type as `format_type()` prints it: `point`, `vector(3)`. Never build it from user input. */
  readonly sql: string;
  /**
   * The OIDs of the type and of its array type, where PostgreSQL fixes them:
   * `SELECT oid, typarray FROM pg_type WHERE typname = 'point'`. With them every query on every driver returns decoded
   * values. Without them, as for a type of an extension, only models and `select()` do; other queries return text.
   */
  readonly oids?: readonly [type: number, array: number];
  /** Converts PostgreSQL's text of a value. */
  readonly decode: (text: string) => Value;
  /** Converts a value to text as PostgreSQL reads it; equal values have equal texts. */
  readonly encode: (value: Value) => string;
  /**
   * False if the values cannot be changed in place, as those of Temporal (default: true). Otherwise a session keeps a
   * copy of each, made by `encode` and `decode`.
   */
  readonly mutable?: boolean;
  /**
   * True if the server gives every value back as it was sent. Otherwise INSERT and UPDATE return it, as it may be
   * rounded or written otherwise (default: false).
   */
  readonly exact?: boolean;
}

/** Makes columns of a type. */
export interface ColumnFactory<Value> {
  (): Column<Value>;
  /** Converts a value to a parameter, for Kysely's queries and SQL text. */
  readonly encode: (value: Value) => string;
}

/**
 * Defines a column type: DDL, sessions, `array()` and autogenerate treat it as one of the library's. Define it before
 * the first connection opens.
 *
 * ```ts ignore
 * const point = columnType<{ x: number; y: number }>({
 *   sql: "point",
 *   oids: [600, 1017],
 *   decode: (text) => {
 *     const [x, y] = text.slice(1, -1).split(",").map(Number);
 *     return { x, y };
 *   },
 *   encode: ({ x, y }) => `(${x},${y})`,
 * });
 * class Place extends model("places", { id: identity().primaryKey(), at: point() }) {}
 * ```
 *
 * A column of the primary key needs values that are strings, numbers or bigints.
 *
 * @returns a function that makes columns, as `integer` does.
 * @throws {InvalidColumnTypeError} when the library defines the type.
 */
export function columnType<Value>(options: ColumnTypeOptions<Value>): ColumnFactory<Value> {
  const { sql, oids: [oid, arrayOid] = [], decode, mutable = true, exact = false } = options;
  const { name } = parseType(sql);
  requireNew(name, oid);
  const encode = options.encode as (value: unknown) => string;
  registerColumnType({ name, oid, arrayOid, decode, encode, mutable, takesLength: true });
  const definition = {
    bind: encode,
    mutable,
    copy: mutable ? (value: unknown) => decode(encode(value)) : (value: unknown) => value,
    ...(exact ? {} : { stored: () => undefined }),
    ...(oid === undefined ? { decode: (text: unknown) => decode(String(text)) } : {}),
  };
  return Object.assign(() => Column.of<Value>(sql, definition), { encode: options.encode });
}

function requireNew(name: string, oid: number | undefined): void {
  const own = Object.entries<ColumnType>(COLUMN_TYPES)
    .find(([, type]) => [type.name, type.sql].includes(name) || type.oid === oid);
  if (own) throw new InvalidColumnTypeError(own[1].name, own[0]);
}
