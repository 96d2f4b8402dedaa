/**
 * Options of awaiting and blocking sessions, and their checks before anything is sent.
 *
 * @module
 */
import {
  checkOptions,
  either,
  flag,
  type Kind,
  type Kinds,
  milliseconds,
  oneOf,
  shown,
} from "../engine/check_options.ts";
import type { LimitOptions } from "../engine/limit.ts";
import { LIMIT, TRANSACTION } from "../engine/option_kinds.ts";
import type { TransactionOptions } from "../engine/transaction_options.ts";
import { requireModel } from "./model_checks.ts";
import { storedValue } from "./column_value.ts";
import { keyOf } from "./key.ts";
import type { RowLockOptions } from "./selects.ts";
import type { SynchronizeSession } from "./synchronize.ts";
import type { Entity } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";

/** Settings of a session and of its transactions. */
export interface SessionOptions extends TransactionOptions {
  /** Flush before each query, so that it sees pending changes (default true). */
  readonly autoflush?: boolean;
  /** Expire every object after a commit, so that the next query reads it again (default false). */
  readonly expireOnCommit?: boolean;
  /** Milliseconds to wait for the result of each statement (default: that of the engine). */
  readonly commandTimeout?: number;
  /**
   * Milliseconds for all calls of the session together, from its creation: each waits for what is left (default: no
   * limit). Rolling back and closing have their own limit.
   */
  readonly timeout?: number;
}

/** Options of `get()`, `getOne()` and `refresh()`. */
export interface GetOptions extends LimitOptions {
  /** Locks the row until the end of the transaction, and reads its current values. */
  readonly withForUpdate?: boolean | RowLockOptions;
}

/** Options of `execute()`, `scalar()` and `scalars()`. */
export interface SessionExecuteOptions extends LimitOptions {
  /**
   * What happens to objects that a bulk statement (UPDATE, DELETE, INSERT, MERGE, also in a WITH or as SQL) may have
   * changed. `auto` (default): a statement of Kysely returns the rows that the session has, out of its caller's sight;
   * their objects are refreshed, and those of deleted rows leave. Where that is not possible, for MERGE, SQL, a WITH that
   * writes or a new primary key, the objects of the tables are expired, as with `expire`. `false`: they stay as they
   * are. Pending changes, which are flushed before, or without autoflush not at all, are kept in any case.
   */
  readonly synchronizeSession?: SynchronizeSession;
}

const SESSION: Kinds<SessionOptions> = {
  ...TRANSACTION,
  autoflush: flag,
  expireOnCommit: flag,
  commandTimeout: milliseconds(1),
  timeout: milliseconds(1),
};
const LOCK: Kinds<RowLockOptions> = { skipLocked: flag, noWait: flag };
const lockOptions: Kind = { fits: (value) => typeof value === "object" && value !== null, must: "an object" };
const isFalse: Kind = { fits: (value) => value === false, must: "false" };
const EXECUTE: Kinds<SessionExecuteOptions> = {
  ...LIMIT,
  synchronizeSession: either(oneOf(["auto", "expire"]), isFalse),
};
const GET: Kinds<GetOptions> = { ...LIMIT, withForUpdate: either(flag, lockOptions) };

/**
 * @throws {TypeError} for an unknown option or a value of the wrong type.
 * @throws {RangeError} for a value out of range.
 */
export function checkSessionOptions(options: SessionOptions): void {
  checkOptions("A session", options, SESSION);
}

/**
 * @throws {TypeError} for an unknown option or a value of the wrong type.
 * @throws {RangeError} for a value out of range.
 */
export function checkExecuteOptions(options: SessionExecuteOptions): void {
  checkOptions("execute()", options, EXECUTE);
}

/** @throws {TypeError} for an unknown option or a value of the wrong type. */
export function checkGetOptions(options: GetOptions): void {
  checkOptions("get()", options, GET);
  const { withForUpdate } = options;
  if (typeof withForUpdate === "object") checkOptions("withForUpdate", withForUpdate, LOCK);
}

/**
 * Returns the values of a primary key as given to `get()`.
 *
 * @throws {TypeError} when `model` is not a model, or the key of one column is given as an object.
 */
export function keyValues(model: AnyModel, key: unknown): unknown[] {
  if (!model?.table) throw new TypeError(`get() takes a model and a key, not ${shown(model)}.`);
  requireModel(model);
  const { primaryKey } = model.table;
  if (primaryKey.length > 1) return keyOf(model.table, Object(key) as Entity);
  const [column] = primaryKey;
  const { attribute, mutable } = column;
  const isWrapped = typeof key === "object" && key !== null && Object.hasOwn(key, attribute);
  if (!isWrapped || mutable) return [storedValue(column, key)]; // an object is a value of the key itself
  throw new TypeError(`get(${model.name}) takes the value of its primary key, ${attribute}, not an object with it.`);
}
