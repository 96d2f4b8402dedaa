/**
 * The public names of the library, in the order in which the workbook meets them.
 *
 * @module
 */

// the engine: how a program reaches its database
export { createEngine, Engine, type EngineOptions } from "./engine/engine.ts";
export { type DriverName, EngineUrl } from "./engine/url.ts";
export { Connection, type IsolationLevel, type Savepoint } from "./engine/connection.ts";
export { Result, ScalarResult, TupleResult } from "./engine/result.ts";
export type { EngineEvent, EngineEventOf, EngineEvents, EngineEventType } from "./engine/events.ts";
export type { PoolStatus } from "./engine/pool.ts";
export * from "./engine/errors.ts";

// models, and the session that reads and writes them
export * from "./orm/columns.ts";
export { type ForeignKey, Metadata, Table, type TableColumn, type TableOptions } from "./orm/table.ts";
export {
  type AnyModel,
  type Attributes,
  declarativeBase,
  type KeyOf,
  type Model,
  type NewValues,
} from "./orm/model.ts";
export { createStatements, createTable, dropStatements } from "./orm/ddl.ts";
export { manyToMany, manyToOne, oneToMany, Related } from "./orm/relations.ts";
export { Select, select, SelectColumns } from "./orm/select.ts";
export { selectinload } from "./orm/loading.ts";
export { Session, type SessionMaker, sessionmaker, type SessionOptions, type SessionSavepoint } from "./orm/session.ts";
export * from "./orm/errors.ts";

// migrations
export { current, downgrade, history, type HistoryEntry, upgrade } from "./migrate/commands.ts";
export type { MigrationOptions, MigrationProgress, MigrationStep } from "./migrate/runner.ts";
export { currentLines, historyLines, progressLine } from "./migrate/report.ts";
export * from "./migrate/errors.ts";
