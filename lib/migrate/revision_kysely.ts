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

/** Statements that begin or end a transaction. */
const TRANSACTION_CONTROL =
  /^\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b)|PREPARE\s+TRANSACTION)\b/i;

/** The connection of Kysely in a revision. Subclasses decide where its statements go. */
export abstract class RevisionConnection implements DatabaseConnection {
  /** Watches that the revision awaits its queries. */
  queries: OpenQueries | undefined;
  /** The open `db.transaction()`. */
  part: Promise<Part> | undefined;

  /** Runs a statement. */
  protected abstract execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer>;

  /** Begins a `db.transaction()`. */
  abstract begin(settings: TransactionSettings): Promise<Part>;

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const control = statementsIn(sql).find((statement) => TRANSACTION_CONTROL.test(statement));
    if (control) throw new RevisionTransactionError(`A revision cannot run "${control}"`);
    const { rows, changed } = await this.queries!.answer(sql, () => this.execute(sql, parameters));
    return { rows: rows as Row[], numAffectedRows: changed };
  }

  /** Yields all rows at once: a cursor would have to outlive the statement. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }
}

/**
 * Calls `up` or `down` of a revision with a Kysely instance.
 *
 * @param open returns a connection for the queries of `db`, or of a `db.transaction()`
 * @throws {NotAwaitedError} when the function returns before its queries finish
 */
export async function runFunction(run: RevisionFunction, open: () => RevisionConnection): Promise<void> {
  const queries = new OpenQueries();
  try {
    await run(new Kysely({ dialect: new RevisionDialect(() => Object.assign(open(), { queries })) }));
  } finally {
    await queries.close();
  }
  if (queries.unawaited !== undefined) throw new NotAwaitedError(queries.unawaited);
}

/** The dialect of the engine, with a driver for the connections of a revision. */
class RevisionDialect extends EngineDialect {
  readonly #open: () => RevisionConnection;

  constructor(open: () => RevisionConnection) {
    const refuse = () => Promise.reject(new Error("a revision opens no connection"));
    super({ connect: refuse, control: refuse, isBlocking: false });
    this.#open = open;
  }

  override createDriver(): Driver {
    return new RevisionDriver(this.#open);
  }
}

class RevisionDriver extends SavepointDriver implements Driver {
  readonly #open: () => RevisionConnection;

  constructor(open: () => RevisionConnection) {
    super();
    this.#open = open;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<RevisionConnection> {
    return Promise.resolve(this.#open());
  }

  async beginTransaction(connection: RevisionConnection, settings: TransactionSettings): Promise<void> {
    if (connection.part) throw new RevisionTransactionError("Two db.transaction() of a revision cannot overlap");
    connection.part = connection.begin(settings);
    await connection.part.catch((error) => {
      connection.part = undefined;
      throw error;
    });
  }

  async commitTransaction(connection: RevisionConnection): Promise<void> {
    const part = connection.part;
    await (await part)?.commit();
    connection.part = undefined; // after a failed commit, Kysely rolls back
  }

  async rollbackTransaction(connection: RevisionConnection): Promise<void> {
    const part = connection.part;
    connection.part = undefined;
    await (await part)?.rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}
