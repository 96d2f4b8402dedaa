/**
 * Types in the signatures of public names: import one to annotate an argument or a result.
 *
 * @module
 */
export type { CallSite } from "./base/call_site.ts";
export type { Mistake, NoMistake } from "./base/mistake.ts";
export type { Kind, Kinds } from "./engine/check_options.ts";
export type { ExecuteOptions } from "./engine/connection.ts";
export type { StreamArguments } from "./engine/cursor.ts";
export type { EngineListener, Events, Moment, Span } from "./engine/events.ts";
export type { Comparison, ListTest, NullTest, Operand, PlainOperand } from "./engine/kysely/comparison.ts";
export type { Compilable, Query } from "./engine/kysely/compilable.ts";
export type { Compiled } from "./engine/kysely/compiler.ts";
export type { KyselyOptions } from "./engine/kysely/dialect.ts";
export type { LimitOptions } from "./engine/limit.ts";
export type { SyncConnectOptions, SyncExecuteOptions, SyncLimitOptions } from "./engine/options.ts";
export type { PoolOptions } from "./engine/pool.ts";
export type { FIRST, FirstColumn, FirstIs, IsUnion, Rows } from "./engine/result.ts";
export type { SyncSavepoint } from "./engine/savepoint.ts";
export type { ISOLATION_LEVELS, TransactionOptions } from "./engine/transaction_options.ts";
export type { SslMode } from "./engine/url_parts.ts";
export type { ColumnFactory, ColumnTypeOptions } from "./schema/column_type.ts";
export type * from "./schema/column_types.ts";
export type { Ddl } from "./schema/ddl.ts";
export type { Columns, Index, IndexOptions } from "./schema/table.ts";
export type { Entity } from "./orm/identity_map.ts";
export type { LoaderOption } from "./orm/joins.ts";
export type { RelatedOf } from "./orm/loading.ts";
export type {
  Columned,
  DeclarativeBase,
  ObjectsOfARelation,
  OptionalNames,
  Plain,
  RelationValues,
  ValuesOfColumns,
  WithRelations,
} from "./orm/model.ts";
export type { ObjectStatement } from "./orm/object_statement.ts";
export type { Changes } from "./orm/related.ts";
export type {
  AssociationOptions,
  KeyedOptions,
  OwnerOptions,
  Relation,
  RelationDeclaration,
  RelationKind,
  RelationOptions,
  RelationTarget,
  TargetModel,
} from "./orm/relation.ts";
export type * from "./orm/relation_types.ts";
export type { Builder, SelectBase } from "./orm/select.ts";
export type {
  CollectionNames,
  ColumnName,
  ColumnNames,
  ColumnValues,
  Comparable,
  Database,
  Factory,
  JoinedValues,
  Known,
  LoaderOf,
  LoaderOptionFor,
  LoaderOptions,
  RelatedQuery,
  RelationNames,
  RelationTold,
  RowOf,
  Scope,
  Sortable,
  Tables,
  ValueOf,
  ValuesOf,
} from "./orm/select_types.ts";
export type { RowLockOptions } from "./orm/selects.ts";
export type { SessionBase } from "./orm/session_base.ts";
export type { GetOptions, SessionExecuteOptions } from "./orm/session_options.ts";
export type { SessionState } from "./orm/session_state.ts";
export type { WriteStatement } from "./orm/write_statement.ts";
export type { Reset, SharedOptions } from "./sync/sync_engine.ts";
export type { SyncGetOptions, SyncSessionExecuteOptions } from "./sync/sync_session.ts";
export type { SynchronizeSession } from "./orm/synchronize.ts";
