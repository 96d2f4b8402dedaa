/**
 * The options of each call, by kind. Blocking calls take no signal, and refuse options that have no meaning there.
 *
 * @module
 */
import { CallSite } from "../base/call_site.ts";
import {
  callable,
  either,
  flag,
  instance,
  type Kinds,
  leftOut,
  milliseconds,
  objectWith,
  oneOf,
  text,
  whole,
} from "./check_options.ts";
import type { ExecuteOptions } from "./connection.ts";
import type { LimitOptions } from "./limit.ts";
import type { ConnectOptions, EngineOptions, SyncExecuteOptions, SyncLimitOptions } from "./options.ts";
import type { DisposeOptions } from "./pool.ts";
import { ISOLATION_LEVELS, type TransactionOptions } from "./transaction_options.ts";

/** Options of a transaction. */
export const TRANSACTION: Kinds<TransactionOptions> = { isolationLevel: oneOf(ISOLATION_LEVELS), readOnly: flag };

const SIGNAL = instance(AbortSignal, "an AbortSignal");

/** Limits of a blocking call. */
export const SYNC_LIMIT: Kinds<SyncLimitOptions> = { timeout: milliseconds(0) };

/** Limits of a call. */
export const LIMIT: Kinds<LimitOptions> = { ...SYNC_LIMIT, signal: SIGNAL };

/** Options of `connect()`. */
export const CONNECT: Kinds<ConnectOptions> = {
  ...TRANSACTION,
  ...LIMIT,
  commandTimeout: milliseconds(1),
  commandSignal: SIGNAL,
  holder: instance(CallSite, "a CallSite"),
};

/** Options of a blocking `execute()`. */
export const SYNC_EXECUTE: Kinds<SyncExecuteOptions> = { ...SYNC_LIMIT, onlyReads: flag };

/** Options of `execute()`. */
export const EXECUTE: Kinds<ExecuteOptions> = { ...LIMIT, onlyReads: flag };

/** Options of a blocking `begin()`. */
export const SYNC_BEGIN: Kinds<TransactionOptions & SyncLimitOptions> = { ...TRANSACTION, ...SYNC_LIMIT };

/** Options of `begin()`. */
export const BEGIN: Kinds<TransactionOptions & LimitOptions> = { ...TRANSACTION, ...LIMIT };

/** Options of `dispose()`. */
export const DISPOSE: Kinds<DisposeOptions> = { timeout: milliseconds(0), force: flag };

/** Options of a blocking `dispose()`. */
export const SYNC_DISPOSE: Kinds<DisposeOptions> = {
  ...DISPOSE,
  timeout: leftOut("an engine without promises blocks the thread: nobody else is at work meanwhile"),
};

/** Options of `createEngine()`. */
export const ENGINE: Kinds<EngineOptions> = {
  ...TRANSACTION,
  echo: either(flag, callable),
  poolSize: whole(1),
  maxOverflow: whole(0),
  poolTimeout: milliseconds(0),
  poolPrePing: flag,
  poolRecycle: milliseconds(0),
  maxLifetime: milliseconds(1),
  idleTimeout: milliseconds(1),
  minIdle: whole(0),
  resetOnReturn: either(oneOf(["rollback", "discard all"]), callable),
  connectTimeout: milliseconds(1),
  commandTimeout: milliseconds(1),
  statementTimeout: milliseconds(0),
  comment: callable,
  applicationName: text,
  prepare: flag,
  nonblocking: flag,
  driver: objectWith("connect", "a driver, which has a method connect()"),
};

const ONE_CONNECTION = leftOut("an engine without promises has one connection and no pool");

/** Options of `createSyncEngine()`. */
export const SYNC_ENGINE: Kinds<EngineOptions> = {
  ...ENGINE,
  poolSize: ONE_CONNECTION,
  maxOverflow: ONE_CONNECTION,
  poolTimeout: ONE_CONNECTION,
  idleTimeout: leftOut("no timer ends while the thread is blocked; there are maxLifetime and poolRecycle"),
  minIdle: ONE_CONNECTION,
  nonblocking: leftOut("an engine without promises blocks the thread"),
  driver: leftOut("an engine without promises calls libpq itself"),
};
