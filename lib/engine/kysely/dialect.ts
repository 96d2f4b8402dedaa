/**
 * A Kysely dialect on the engine's pool: Kysely builds the queries; connections, drivers, events and errors are the
 * engine's.
 *
 * @module
 */
import {
  AbortedTransactionError,
  CompiledQuery,
  createQueryId,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type KyselyConfig,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  sql,
  type TransactionSettings,
} from "kysely";
import type { Connection } from "../connection.ts";
import type { RawResult } from "../driver.ts";
import { FailedTransactionError } from "../errors.ts";
import type { IsolationLevel } from "../transaction_options.ts";
import { hasCursor } from "./has_cursor.ts";
import { MigrationLockAdapter } from "./migration_lock_adapter.ts";

/** Options of Kysely's constructor besides the dialect: `log` and `plugins`. */
export type KyselyOptions = Omit<KyselyConfig, "dialect">;

/** The part of the engine that the dialect uses. */
export interface ConnectionSource {
  /** Returns an AUTOCOMMIT connection, which the dialect closes. */
  connect(): Promise<Connection>;
  /** Runs a statement on a connection of its own, outside the pool, unless `isWanted` returns false once it is open. */
  control(sql: string, parameters: readonly string[], isWanted: () => boolean): Promise<void>;
  /** True if statements block the thread. */
  readonly isBlocking: boolean;
}

/** A Kysely dialect that takes its connections from an engine. */
export class EngineDialect implements Dialect {
  readonly #source: ConnectionSource;

  constructor(source: ConnectionSource) {
    this.#source = source;
  }

  createDriver(): Driver {
    return new EngineDriver(this.#source);
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new MigrationLockAdapter(this.#source.isBlocking);
  }

  // deno-lint-ignore no-explicit-any -- the type of Kysely's interface
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }
}

/** Savepoints as ordinary statements. */
export abstract class SavepointDriver {
  async savepoint(...[connection, name, compile]: SavepointArguments): Promise<void> {
    await connection.executeQuery(compile(sql`savepoint ${sql.id(name)}`.toOperationNode(), createQueryId()));
  }

  async rollbackToSavepoint(...[connection, name, compile]: SavepointArguments): Promise<void> {
    await connection.executeQuery(compile(sql`rollback to ${sql.id(name)}`.toOperationNode(), createQueryId()));
  }

  async releaseSavepoint(...[connection, name, compile]: SavepointArguments): Promise<void> {
    await connection.executeQuery(compile(sql`release ${sql.id(name)}`.toOperationNode(), createQueryId()));
  }
}

type SavepointArguments = Parameters<NonNullable<Driver["savepoint"]>>;

class EngineDriver extends SavepointDriver implements Driver {
  readonly #source: ConnectionSource;

  constructor(source: ConnectionSource) {
    super();
    this.#source = source;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new EngineConnection(await this.#source.connect(), this.#source);
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings;
    const options = {
      isolationLevel: isolationLevel?.toUpperCase() as IsolationLevel | undefined,
      readOnly: accessMode === undefined ? undefined : accessMode === "read only",
    };
    const level = isolationLevel && `isolation level ${isolationLevel}`;
    const words = level || accessMode ? ["start transaction", level, accessMode] : ["begin"];
    await step(connection, words.filter(Boolean).join(" "), (engine) => engine.begin(options));
  }

  /**
   * Commits the transaction.
   *
   * @throws {AbortedTransactionError} if an earlier statement failed; its `cause` is the engine's error.
   */
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await step(connection, "commit", (engine) => engine.commit()).catch((error) => {
      throw error instanceof FailedTransactionError ? new AbortedTransactionError({ cause: error }) : error;
    });
  }

  /** Rolls back the transaction, if one is open: Kysely also calls this after a failed COMMIT. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if ((connection as EngineConnection).connection.inTransaction) {
      await step(connection, "rollback", (engine) => engine.rollback());
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await (connection as EngineConnection).connection.close();
  }

  /** Does nothing: the pool belongs to the engine, and `engine.dispose()` closes it. */
  async destroy(): Promise<void> {}
}

/** Returns the number of rows that a statement changed; `undefined` if it is not an INSERT, UPDATE, DELETE or MERGE. */
export function changedRows({ command, rowCount }: Pick<RawResult, "command" | "rowCount">): bigint | undefined {
  return /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command) ? BigInt(rowCount) : undefined;
}

/** Queries of Kysely for which the engine's connection has a method. */
const STEPS = new WeakMap<CompiledQuery, (connection: Connection) => Promise<void>>();

/** Runs a step of a transaction through `executeQuery()`, the only method that Kysely's `log` observes. */
async function step(connection: DatabaseConnection, words: string, run: (connection: Connection) => Promise<void>) {
  const query = CompiledQuery.raw(words);
  STEPS.set(query, run);
  await connection.executeQuery(query);
}

class EngineConnection implements DatabaseConnection {
  readonly #source: ConnectionSource;
  /** Cancels the statement in flight, if Kysely may request it. */
  #cancelling: AbortController | undefined;
  #signal: AbortSignal | undefined;

  constructor(readonly connection: Connection, source: ConnectionSource) {
    this.#source = source;
  }

  async executeQuery<Row>(query: CompiledQuery, options: { signal?: AbortSignal } = {}): Promise<QueryResult<Row>> {
    const runStep = STEPS.get(query);
    if (runStep) {
      await runStep(this.connection);
      return { rows: [] };
    }
    const cancelling = this.#cancelling = options.signal && new AbortController();
    this.#signal = options.signal;
    try {
      const result = await this.connection.execute(query.sql, query.parameters, { signal: cancelling?.signal });
      return { rows: result.all() as Row[], numAffectedRows: changedRows(result) };
    } finally {
      if (this.#cancelling === cancelling) this.#cancelling = undefined;
    }
  }

  /** Requests cancellation; Kysely awaits the statement itself. */
  cancelQuery(): Promise<void> {
    this.#cancelling?.abort(this.#signal?.reason);
    return Promise.resolve();
  }

  /** Terminates the session from outside the pool, whose next free connection may be this one. */
  async killSession(): Promise<void> {
    const running = this.#cancelling;
    if (!running) return;
    const kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND usename = current_user";
    await this.#source.control(kill, [`${this.connection.backendPid}`], () => this.#cancelling === running);
  }

  /** Marks the connection to be closed instead of kept when it is released. */
  invalidate(): void {
    this.connection.invalidate();
  }

  /**
   * Streams the rows of a SELECT through a cursor; a statement that changes rows is run as a whole before its rows are
   * yielded.
   */
  async *streamQuery<Row>(query: CompiledQuery, size: number): AsyncIterableIterator<QueryResult<Row>> {
    if (hasCursor(query.query)) {
      const stream = this.connection.stream(query.sql, query.parameters);
      for await (const rows of stream.partitions(size)) yield { rows: rows as Row[] };
      return;
    }
    if (!(size >= 1)) throw new RangeError(`chunkSize is ${size}; it must be at least 1.`);
    const rows = (await this.connection.execute(query.sql, query.parameters)).all();
    for (let from = 0; from < rows.length; from += size) yield { rows: rows.slice(from, from + size) as Row[] };
  }
}
