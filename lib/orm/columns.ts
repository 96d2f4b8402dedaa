/**
 * Columns and what may be said of them. A column knows its SQL type, its TypeScript type, and whether a new object may
 * leave it out.
 *
 * @module
 */

/** An SQL expression the server evaluates, such as `now()`. */
export class ServerExpression {
  constructor(readonly sql: string) {}
}

/** The start of the current transaction, by the server's clock. */
export function now(): ServerExpression {
  return new ServerExpression("now()");
}

/** A random UUID made in this program, so that an object has its key before it is written. */
export function randomUuid(): string {
  return crypto.randomUUID();
}

/** Everything that is known of a column. */
export interface ColumnDefinition {
  /** The SQL type, as `CREATE TABLE` and casts write it. */
  readonly type: string;
  readonly nullable: boolean;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  /** Makes the value of a new object that does not give one. */
  readonly default?: () => unknown;
  /** Makes the value of a new row that does not give one. */
  readonly serverDefault?: ServerExpression;
  /** Written with each UPDATE of the row. */
  readonly onUpdate?: ServerExpression;
}

/** A column under construction; every method returns a new one. `Optional`: a new object may leave it out. */
export class Column<Value, Optional extends boolean = false> {
  /** Only types: what an attribute holds. */
  declare readonly value: Value;
  /** Only types: whether the constructor needs it. */
  declare readonly optional: Optional;

  constructor(readonly definition: ColumnDefinition) {}

  /** The column may hold NULL. */
  nullable(): Column<Value | null, true> {
    return new Column({ ...this.definition, nullable: true });
  }

  /** The column is, or belongs to, the primary key. */
  primaryKey(): Column<Value, Optional> {
    return new Column({ ...this.definition, primaryKey: true });
  }

  /** No two rows have the same value. */
  unique(): Column<Value, Optional> {
    return new Column({ ...this.definition, unique: true });
  }

  /** Rows can be found by this column without reading the whole table. */
  index(): Column<Value, Optional> {
    return new Column({ ...this.definition, index: true });
  }

  /** @param make called for each new object that does not give a value. */
  default(make: () => Value): Column<Value, true> {
    return new Column({ ...this.definition, default: make });
  }

  /** The server makes the value; it comes back with the write. */
  serverDefault(expression: ServerExpression): Column<Value, true> {
    return new Column({ ...this.definition, serverDefault: expression });
  }

  /** The server makes the value anew with each UPDATE; it comes back with the write. */
  onUpdate(expression: ServerExpression): Column<Value, Optional> {
    return new Column({ ...this.definition, onUpdate: expression });
  }
}

function column<Value>(type: string): Column<Value> {
  return new Column({ type, nullable: false, primaryKey: false, unique: false, index: false });
}

/** `text`. */
export function text(): Column<string> {
  return column("text");
}

/** `uuid`, a string in TypeScript. */
export function uuid(): Column<string> {
  return column("uuid");
}

/** `integer`, 32 bits. */
export function integer(): Column<number> {
  return column("integer");
}

/** `bigint`, 64 bits. */
export function bigint(): Column<bigint> {
  return column("bigint");
}

/** `boolean`. */
export function boolean(): Column<boolean> {
  return column("boolean");
}

/** `timestamp with time zone`: a point in time; a Date drops its microseconds. */
export function timestamptz(): Column<Date> {
  return column("timestamptz");
}
