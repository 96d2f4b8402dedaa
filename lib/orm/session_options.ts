/** What sessions, with promises or without, are told, and what they refuse before anything is sent. @module */
import { checkOptions, either, flag, type Kind, type Kinds, milliseconds, shown } from "../engine/check_options.ts";
import type { LimitOptions } from "../engine/limit.ts";
import { LIMIT, TRANSACTION } from "../engine/option_kinds.ts";
import type { TransactionOptions } from "../engine/transaction_options.ts";
import { keyOf } from "./key.ts";
import type { LockOptions } from "./selects.ts";
import type { Entity } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";

/** Settings of a session; how its transactions begin among them. */
export interface SessionOptions extends TransactionOptions {
  /** Send what waits before each query, so that it sees it (default true). */
  readonly autoflush?: boolean;
  /** Read every object anew after a commit, when it is asked for again (default false). */
  readonly expireOnCommit?: boolean;
  /** Milliseconds to wait for the answer to each statement (default: as the engine was told). */
  readonly commandTimeout?: number;
}

/** What `get` and `withForUpdate` may be told. */
export interface GetOptions extends LimitOptions {
  /** Locks the row until the end of the transaction, and reads it anew. */
  readonly withForUpdate?: boolean | LockOptions;
}

const SESSION: Kinds<SessionOptions> = {
  ...TRANSACTION,
  autoflush: flag,
  expireOnCommit: flag,
  commandTimeout: milliseconds(1),
};
const LOCK: Kinds<LockOptions> = { skipLocked: flag, noWait: flag };
const someOptions: Kind = { fits: (value) => typeof value === "object" && value !== null, must: "an object" };
const GET: Kinds<GetOptions> = { ...LIMIT, withForUpdate: either(flag, someOptions) };

/** @throws {TypeError} @throws {RangeError} for an option that does not exist, or cannot be. */
export function checkSessionOptions(options: SessionOptions): void {
  checkOptions("A session", options, SESSION);
}

/** @throws {TypeError} for an option that does not exist, or cannot be. */
export function checkGetOptions(options: GetOptions): void {
  checkOptions("get()", options, GET);
  const { withForUpdate } = options;
  if (typeof withForUpdate === "object") checkOptions("withForUpdate", withForUpdate, LOCK);
}

/**
 * The values of a primary key as `get()` takes it.
 *
 * @throws {TypeError} when the model is none, or the key of one column is given as an object with it.
 */
export function keyValues(model: AnyModel, key: unknown): unknown[] {
  if (!model?.table) throw new TypeError(`get() takes a model and a key, not ${shown(model)}.`);
  const { primaryKey } = model.table;
  if (primaryKey.length > 1) return keyOf(model.table, Object(key) as Entity);
  const [{ attribute, type }] = primaryKey;
  const isWrapped = typeof key === "object" && key !== null && Object.hasOwn(key, attribute);
  if (!isWrapped || type.startsWith("json")) return [key];
  throw new TypeError(`get(${model.name}) takes the value of its primary key, ${attribute}, and no object with it.`);
}
