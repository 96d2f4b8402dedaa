/**
 * The Kysely instance that a revision gets: all its queries run on one connection, inside the transaction of the
 * revision. `db.transaction()` becomes a savepoint; nothing in it can commit, roll back or close what is around it.
 *
 * @module
 */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { Connection } from "../engine/connection.ts";
import { EngineDialect } from "../engine/kysely_dialect.ts";
import type { Savepoint } from "../engine/savepoint.ts";
import { RevisionTransactionError } from "./errors.ts";

/**
 * A Kysely instance over a connection in a transaction.
 *
 * @param connection stays open and its transaction too, whatever is done with the instance.
 */
export function kyselyInTransaction(connection: Connection): Kysely<unknown> {
  return new Kysely({ dialect: new InTransactionDialect(connection) });
}

/** The engine's dialect, with a driver that stays on one connection. */
class InTransactionDialect extends EngineDialect {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super(() => Promise.resolve(connection));
    this.#connection = connection;
  }

  override createDriver(): Driver {
    return new InTransactionDriver(this.#connection);
  }
}

/** Statements with which a revision would leave its transaction, or begin one inside it. */
const TRANSACTION_CONTROL =
  /^\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b)|PREPARE\s+TRANSACTION)\b/i;

class InTransactionDriver implements Driver {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new InTransactionConnection(this.#connection));
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    if (settings.isolationLevel || settings.accessMode) {
      throw new RevisionTransactionError("its isolation level and access mode cannot be set for a part of it");
    }
    const view = connection as InTransactionConnection;
    view.savepoint = await this.#connection.beginNested();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as InTransactionConnection).savepoint?.commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as InTransactionConnection).savepoint?.rollback();
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

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class InTransactionConnection implements DatabaseConnection {
  /** Where this is the connection of a `db.transaction()`. */
  savepoint: Savepoint | undefined;

  constructor(readonly connection: Connection) {}

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    if (TRANSACTION_CONTROL.test(sql)) throw new RevisionTransactionError(`it cannot run "${sql.trim()}" itself`);
    const result = await this.connection.execute<Row>(sql, parameters);
    const changes = /^(Insert|Update|Delete|Merge)QueryNode$/.test(query.kind);
    return { rows: result.all(), ...(changes ? { numAffectedRows: BigInt(result.rowCount) } : {}) };
  }

  /** All rows at once: a cursor would have to outlive the statement. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }
}

function quoted(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}
