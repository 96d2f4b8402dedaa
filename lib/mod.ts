/**
 * The public names of the library, in the order in which the workbook meets them.
 *
 * @module
 */

// the engine: how a program reaches its database
export { type ConnectOptions, createEngine, type DisposeOptions, Engine, type EngineOptions } from "./engine/engine.ts";
export { type DriverName, EngineUrl } from "./engine/url.ts";
export type {
  ConnectSettings,
  Driver,
  DriverConnection,
  RawResult,
  Statement,
  TransactionStatus,
} from "./engine/driver.ts";
export { loadDriver } from "./engine/drivers/by_name.ts";
export { Connection, type IsolationLevel, type Savepoint } from "./engine/connection.ts";
export { createSyncEngine, SyncEngine, type SyncEngineOptions } from "./sync/sync_engine.ts";
export { SyncConnection } from "./sync/sync_connection.ts";
export { Result, ScalarResult, TupleResult } from "./engine/result.ts";
export type { SubscribeOptions, Subscription } from "./engine/listeners.ts";
export { RowStream, SyncRowStream } from "./engine/row_stream.ts";
export type { StreamOptions } from "./engine/cursor.ts";
export { channels, type ObservedEngine } from "./engine/channels.ts";
export type { CloseReason, EngineEvent, EngineEventOf, EngineEvents, EngineEventType } from "./engine/events.ts";
export type { PoolStatus } from "./engine/pool.ts";
export * from "./base/error.ts";
export * from "./values/errors.ts";
export * from "./engine/errors.ts";
export { LibpqNotFoundError } from "./engine/drivers/libpq/library.ts";
export { SecondUnitOfWorkError } from "./engine/drivers/libpq/one_unit_of_work.ts";

// the schema: columns, tables, and the DDL that creates them
export * from "./schema/columns.ts";
export { columnType } from "./schema/column_type.ts";
export {
  type ForeignKey,
  type Index,
  Metadata,
  type SqlConstraint,
  Table,
  type TableColumn,
  type Unique,
} from "./schema/table.ts";
export type * from "./schema/table_options.ts";
export { createStatements, createTable, dropStatements } from "./schema/ddl.ts";
export * from "./schema/errors.ts";

// models, and the session that reads and writes them
export {
  type AnyModel,
  type Attributes,
  declarativeBase,
  type KeyOf,
  type Model,
  type NewValues,
  type WritableNames,
} from "./orm/model.ts";
export { manyToMany, manyToOne, oneToMany, oneToOne } from "./orm/relation.ts";
export { Related } from "./orm/related.ts";
export { Select, select, SelectColumns } from "./orm/select.ts";
export { FromStatement } from "./orm/from_statement.ts";
export { raiseload } from "./orm/default_loaders.ts";
export { containsEager, eagerColumns } from "./orm/contained.ts";
export { joinedload, selectinload } from "./orm/loading.ts";
export { Session, type SessionOptions } from "./orm/session.ts";
export type {
  NotAwaited,
  SessionEventFields,
  SessionEventOf,
  SessionEvents,
  SessionEventType,
  SessionListener,
  Written,
} from "./orm/session_events.ts";
export { type SessionMaker, sessionmaker } from "./orm/sessionmaker.ts";
export type { Savepoint as SessionSavepoint } from "./engine/savepoint.ts";
export { SyncSession, type SyncSessionMaker, syncSessionmaker } from "./sync/sync_session.ts";
export * from "./orm/errors.ts";
export { retry, RetryLimitError, type RetryOptions, type Transactional } from "./orm/retry.ts";

// migrations
export {
  type BranchPoint,
  current,
  downgrade,
  history,
  type HistoryEntry,
  type StopOptions,
  upgrade,
} from "./migrate/commands.ts";
export * as migrate from "./migrate/commands.ts"; // all commands; names such as check and init say too little alone
export type { Comparator, LiveObject } from "./migrate/comparator.ts";
export type { CommandArguments, EnvironmentOptions } from "./migrate/environment.ts";
export type { HistoryOptions } from "./migrate/history.ts";
export type { VersionTableName } from "./migrate/version_table_name.ts";
export type { LockHolder } from "./migrate/migration_lock.ts";
export type { MigrationOptions, MigrationProgress, WaitOptions } from "./migrate/progress.ts";
export type { Revision, RevisionFunction } from "./migrate/revision_file.ts";
export type { RevisionNode } from "./migrate/revision_graph.ts";
export type { Direction, MigrationStep } from "./migrate/steps.ts";
export type { LogDirection, LogEntry } from "./migrate/version_log.ts";
export { progressLine } from "./migrate/report.ts";
export * from "./migrate/errors.ts";

// types in the signatures of the names above
export type * from "./types.ts";
