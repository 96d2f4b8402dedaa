/**
 * The Kysely instance passed to a revision. The runner decides where its queries go: into the transaction of the
 * revision, outside any transaction, or into a script. A revision cannot end that transaction.
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
import { NotAwaitedError, RevisionTransactionError } from "./errors.ts";
import { OpenQueries } from "./open_queries.ts";
import type { RevisionFunction } from "./revision_file.ts";
import { statementsIn } from "./sql_text.ts";

/** The result of a statement. */
export interface StatementAnswer {
  readonly rows: readonly unknown[];
  /** Number of rows changed; `undefined` for a statement that cannot change any. */
  readonly changed?: bigint;
}

/** A `db.transaction()` of a revision: a savepoint, or a transaction. */
export interface Part {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Receives the statements of a revision. */
export interface RevisionConnection {
  execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer>;
  /** Begins a `db.transaction()`. */
  begin(settings: TransactionSettings): Promise<Part>;
}

/**
 * Calls `up` or `down` of a revision with a Kysely instance on this connection.
 *
 * @throws {NotAwaitedError} when the function returns before its queries finish
 */
export async function runFunction(run: RevisionFunction, connection: RevisionConnection): Promise<void> {
  const queries = new OpenQueries();
  try {
    await run(new Kysely({ dialect: new RevisionDialect(connection, queries) }));
  } finally {
    await queries.close();
  }
  if (queries.unawaited !== undefined) throw new NotAwaitedError(queries.unawaited);
}

/** The dialect of the engine, with a driver for a single connection. */
class RevisionDialect extends EngineDialect {
  readonly #connection: RevisionConnection;
  readonly #queries: OpenQueries;

  constructor(connection: RevisionConnection, queries: OpenQueries) {
    const refuse = () => Promise.reject(new Error("a revision opens no connection"));
    super({ connect: refuse, control: refuse, isBlocking: false });
    this.#connection = connection;
    this.#queries = queries;
  }

  override createDriver(): Driver {
    return new RevisionDriver(this.#connection, this.#queries);
  }
}

/** Statements that begin or end a transaction. */
const TRANSACTION_CONTROL =
  /^\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b)|PREPARE\s+TRANSACTION)\b/i;

class RevisionDriver extends SavepointDriver implements Driver {
  readonly #connection: RevisionConnection;
  readonly #queries: OpenQueries;

  constructor(connection: RevisionConnection, queries: OpenQueries) {
    super();
    this.#connection = connection;
    this.#queries = queries;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new KyselyConnection(this.#connection, this.#queries));
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
  /** Set on the connection of a `db.transaction()`. */
  part: Part | undefined;

  constructor(readonly connection: RevisionConnection, readonly queries: OpenQueries) {}

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const control = statementsIn(sql).find((statement) => TRANSACTION_CONTROL.test(statement));
    if (control) throw new RevisionTransactionError(`A revision cannot run "${control}"`);
    const { rows, changed } = await this.queries.answer(sql, () => this.connection.execute(sql, parameters));
    return { rows: rows as Row[], numAffectedRows: changed };
  }

  /** Yields all rows at once: a cursor would have to outlive the statement. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }
}
