/**
 * The driver for npm `postgres` (postgres.js): one instance of the package per connection, because the engine has its
 * own pool.
 *
 * @module
 */
import type { Socket } from "node:net";
import postgres from "postgres";
import { ConnectionLostError, CopyNotSupportedError, type ServerErrorFields } from "../errors.ts";
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { readTag } from "./command_tag.ts";
import { FirstByte } from "./first_byte.ts";
import { connectWith, openStream, type ServerStream } from "./open_stream.ts";
import { AnswerReader, type PendingAnswer } from "./postgres/answers.ts";
import { guardQuery } from "./postgres/guarded_query.ts";
import { startupOptions } from "./startup_options.ts";
import { StreamConnection } from "./stream_connection.ts";
import { unnamedText } from "./unnamed_text.ts";
import type { Reported } from "../../values/date_styles.ts";
import { DECODERS } from "../../values/types.ts";

export const driver: Driver = {
  name: "postgres",
  connect: (settings: ConnectSettings): Promise<DriverConnection> =>
    connectWith(settings, openStream, async (opened) => {
      const connection = new PostgresConnection(settings, opened);
      await connection.open();
      return connection;
    }),
};

/** CopyFail with an empty reason. */
const COPY_FAIL = Uint8Array.of(...[..."f\0\0\0\x05\0"].map((letter) => letter.charCodeAt(0)));

/** The package's types: it must not encode parameters again by the type that the server reports. */
function types(reported: Reported): Record<string, postgres.PostgresType> {
  return Object.fromEntries(
    [...DECODERS].map(([oid, decode]) => {
      const parse = (text: string) => decode(text, reported);
      return [`oid${oid}`, { to: oid, from: [oid], serialize: (text: string) => text, parse }];
    }),
  );
}

class PostgresConnection extends StreamConnection<string> {
  protected readonly underWay = new Set<PackageQuery>();
  readonly #stream: Socket;
  backendPid = 0;
  protected secret = 0;
  readonly #sql: postgres.Sql;
  readonly #answers: AnswerReader;
  readonly #firstByte = new FirstByte();

  constructor(settings: ConnectSettings, opened: ServerStream) {
    super(settings, opened, (name) => name);
    const { stream } = opened;
    this.#stream = stream;
    this.#answers = new AnswerReader(() => stream.write(COPY_FAIL));
    const { url } = settings;
    const { application_name, ...named } = settings.settings;
    const options = startupOptions(named);
    const config: postgres.Options<Record<string, postgres.PostgresType>> & { socket: () => Promise<Socket> } = {
      host: url.host,
      port: url.port,
      username: url.user,
      password: url.password,
      database: url.database,
      ssl: false, // the stream is encrypted already, if it is to be
      socket: onceOnly(stream, () => this.lost),
      connection: { application_name, ...(options ? { options } : {}) },
      connect_timeout: 0,
      keep_alive: null,
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      prepare: settings.prepare,
      fetch_types: false,
      types: types((setting) => this.#sql.parameters[setting]),
      onnotice: () => {},
      onclose: () => this.lose(new Error("the server closed it")),
    };
    // before the package's own listener, which settles the queries
    stream.on("data", (chunk: Uint8Array) => this.#answers.read(chunk));
    this.#sql = postgres(config);
  }

  get transactionStatus(): TransactionStatus {
    return this.#answers.status;
  }

  /** Logs in, which the package does with its first query. */
  async open(): Promise<void> {
    const query = this.#sql.unsafe("SELECT 1");
    await query;
    const { pid, secret } = (query as unknown as { state: { pid: number; secret: number } }).state;
    this.backendPid = pid;
    this.secret = secret;
  }

  async query(statement: Statement): Promise<RawResult> {
    const { sql, parameters } = statement;
    if (this.lost) throw new ConnectionLostError(this.lost.message, sql);
    const name = parameters.length > 0 ? this.prepared(statement) : undefined;
    const values = parameters as (string | null)[];
    const query = guardQuery(
      this.#sql.unsafe(name === undefined ? unnamedText(statement) : sql, values, { prepare: name !== undefined })
        .values(),
      name,
    ) as unknown as PackageQuery;
    const stopWatching = this.#firstByte.watch(this.#stream, statement);
    const answer = this.#answers.expect();
    this.underWay.add(query);
    try {
      const result = rawResult(await query, answer);
      if (answer.isCopy) throw new CopyNotSupportedError(sql);
      return result;
    } catch (error) {
      // after a decoding error the package does not wait for the rest of the answer
      if (!this.lost) await answer.untilOver();
      if (name !== undefined) this.preparedFailed(sql, name, !query.describeFirst, error);
      throw answer.isCopy ? new CopyNotSupportedError(sql) : this.translate(error as Error, sql);
    } finally {
      stopWatching();
      this.underWay.delete(query);
    }
  }

  protected end(): Promise<void> {
    return this.#sql.end();
  }

  /**
   * Also ends the package's instance, which would otherwise reconnect and continue in autocommit, and rejects its
   * queued queries.
   */
  protected override lose(reason: Error): void {
    if (!this.lost) void this.#sql.end({ timeout: 0 });
    super.lose(reason);
    this.#answers.end();
  }

  protected serverFields(error: Error): ServerErrorFields | undefined {
    if (!(error instanceof postgres.PostgresError)) return undefined;
    return {
      message: error.message,
      sqlstate: error.code,
      detail: error.detail,
      hint: error.hint,
      schema: error.schema_name,
      table: error.table_name,
      column: error.column_name,
      constraint: error.constraint_name,
      routine: error.routine,
    };
  }

  protected isConnectionError({ code = "" }: Error & { code?: string }): boolean {
    return /^(CONNECTION_|ECONN|EPIPE)/.test(code);
  }
}

/** Returns the stream on the first call; later calls, which would reconnect silently, are rejected. */
function onceOnly(stream: Socket, reason: () => Error | undefined): () => Promise<Socket> {
  let used = false;
  return () => {
    if (used) return Promise.reject(reason() ?? new Error("the connection was closed"));
    used = true;
    return Promise.resolve(stream);
  };
}

/** Members of the package's query that its types omit. */
interface PackageQuery extends Promise<PackageResult> {
  reject(error: Error): void;
  /** True until the server has prepared the statement. */
  readonly describeFirst: boolean;
}

/** The package's result: an array of rows with further properties. */
type PackageResult = unknown[][] & { columns?: { name: string }[]; command?: string; count?: number | null };

function rawResult(result: PackageResult, { statements, hasRows, tag }: PendingAnswer): RawResult {
  if (statements > 1 && !hasRows) {
    // the package returns, for a statement without rows, the rows of the one before it
    const { command, rowCount = 0 } = readTag(tag);
    return { columns: [], rows: [], command, rowCount };
  }
  // several statements in one text give an array of results: use the last one
  const last = result.columns === undefined && result.command === undefined ? result.at(-1) as PackageResult : result;
  const rows = Array.from(last); // a plain array instead of the package's class
  // the package's closures, which V8 allocates in the old generation, would keep the answer until a full garbage
  // collection
  last.length = 0;
  return {
    columns: last.columns?.map((column) => column.name) ?? [],
    rows,
    command: last.command?.split(" ", 1)[0] ?? "",
    rowCount: last.count ?? rows.length, // SHOW and EXPLAIN report no row count
  };
}
