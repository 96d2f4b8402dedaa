/** Kysely on our pool: the queries are Kysely's, the connections, drivers, events and errors are the engine's. @module */
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { IsolationLevel, TransactionOptions } from "../engine/transaction_options.ts";

/** What the dialect needs of the engine's results. */
export interface Answer {
  all(): unknown[];
  readonly rowCount: number;
  readonly command: string;
}

/** What the dialect needs of the engine's connection. */
export interface Connection {
  execute(sql: string, parameters: readonly unknown[]): Promise<Answer>;
  stream(sql: string, parameters: readonly unknown[]): { partitions(size?: number): AsyncIterable<unknown[]> };
  begin(options: TransactionOptions): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): Promise<void>;
}

/** A Kysely dialect that takes its connections from a function. */
export class EngineDialect implements Dialect {
  readonly #connect: () => Promise<Connection>;

  /** @param connect gives an AUTOCOMMIT connection, which the dialect closes. */
  constructor(connect: () => Promise<Connection>) {
    this.#connect = connect;
  }

  createDriver(): Driver {
    return new EngineDriver(this.#connect);
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }

  // deno-lint-ignore no-explicit-any -- the type of Kysely's interface
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }
}

class EngineDriver implements Driver {
  readonly #connect: () => Promise<Connection>;

  constructor(connect: () => Promise<Connection>) {
    this.#connect = connect;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new EngineConnection(await this.#connect());
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings;
    await of(connection).begin({
      isolationLevel: isolationLevel?.toUpperCase() as IsolationLevel | undefined,
      readOnly: accessMode === undefined ? undefined : accessMode === "read only",
    });
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await of(connection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await of(connection).rollback();
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`SAVEPOINT ${quoted(name)}`));
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`ROLLBACK TO SAVEPOINT ${quoted(name)}`));
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`RELEASE SAVEPOINT ${quoted(name)}`));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await of(connection).close();
  }

  /** The pool belongs to the engine: `engine.dispose()` closes it. */
  async destroy(): Promise<void> {}
}

/** The rows that a statement changed, raw SQL too; `undefined` for one that changes none by its nature. */
export function changedRows({ command, rowCount }: Pick<Answer, "command" | "rowCount">): bigint | undefined {
  return /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command) ? BigInt(rowCount) : undefined;
}

class EngineConnection implements DatabaseConnection {
  constructor(readonly connection: Connection) {}

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const result = await this.connection.execute(sql, parameters);
    return { rows: result.all() as Row[], numAffectedRows: changedRows(result) };
  }

  /** Through a cursor, which PostgreSQL has for SELECT only. */
  async *streamQuery<Row>({ sql, parameters }: CompiledQuery, size?: number): AsyncIterableIterator<QueryResult<Row>> {
    for await (const rows of this.connection.stream(sql, parameters).partitions(size)) yield { rows: rows as Row[] };
  }
}

function of(connection: DatabaseConnection): Connection {
  return (connection as EngineConnection).connection;
}

function quoted(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}
