/**
 * The Kysely instance that a revision gets. All its queries go one way, which the runner chooses: inside the
 * transaction of the revision, outside of any, or into a script. Nothing in it can close what is around it.
 *
 * @module
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import { EngineDialect, SavepointDriver } from "../engine/kysely/dialect.ts";
import { AwaitedConnection } from "./awaited_connection.ts";
import { NotAwaitedError, RevisionTransactionError } from "./errors.ts";
import type { RevisionFunction } from "./revision_file.ts";
import { statementsIn } from "./sql_text.ts";

/** What a statement of a revision brought back. */
export interface StatementAnswer {
  readonly rows: readonly unknown[];
  /** The rows that it changed; `undefined` for a statement that changes none by its nature. */
  readonly changed?: bigint;
}

/** What `db.transaction()` is in a revision: a savepoint, or a transaction. */
export interface Part {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** The way that a revision's statements go. */
export interface RevisionConnection {
  execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer>;
  /** Begins a `db.transaction()`. */
  begin(settings: TransactionSettings): Promise<Part>;
}

/**
 * Runs a function of a revision with a Kysely instance whose statements go this way.
 *
 * @throws {NotAwaitedError} when it returns before its queries are done.
 */
export async function runFunction(run: RevisionFunction, connection: RevisionConnection): Promise<void> {
  const watched = new AwaitedConnection(connection);
  try {
    await run(new Kysely({ dialect: new RevisionDialect(watched) }));
  } finally {
    await watched.close();
  }
  if (watched.forgotten !== undefined) throw new NotAwaitedError(watched.forgotten);
}

/** The engine's dialect, with a driver that stays on one connection. */
class RevisionDialect extends EngineDialect {
  readonly #connection: RevisionConnection;

  constructor(connection: RevisionConnection) {
    const refuse = () => Promise.reject(new Error("a revision opens no connection"));
    super({ connect: refuse, control: refuse, isBlocking: false });
    this.#connection = connection;
  }

  override createDriver(): Driver {
    return new RevisionDriver(this.#connection);
  }
}

/** Statements with which a revision would end the transaction around it, or begin one without the runner. */
const TRANSACTION_CONTROL =
  /^\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b)|PREPARE\s+TRANSACTION)\b/i;

class RevisionDriver extends SavepointDriver implements Driver {
  readonly #connection: RevisionConnection;

  constructor(connection: RevisionConnection) {
    super();
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new KyselyConnection(this.#connection));
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    (connection as KyselyConnection).part = await this.#connection.begin(settings);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as KyselyConnection).part?.commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as KyselyConnection).part?.rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class KyselyConnection implements DatabaseConnection {
  /** Where this is the connection of a `db.transaction()`. */
  part: Part | undefined;

  constructor(readonly connection: RevisionConnection) {}

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const control = statementsIn(sql).find((statement) => TRANSACTION_CONTROL.test(statement));
    if (control) throw new RevisionTransactionError(`it cannot run "${control}" itself`);
    const { rows, changed } = await this.connection.execute(sql, parameters);
    return { rows: rows as Row[], numAffectedRows: changed };
  }

  /** All rows at once: a cursor would have to outlive the statement. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }
}
