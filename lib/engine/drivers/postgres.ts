/**
 * The driver over npm `postgres` (postgres.js): one instance of the package is one connection, because the pool is ours.
 *
 * @module
 */
import type { Socket } from "node:net";
import postgres from "postgres";
import { ConnectionLostError, CopyNotSupportedError, type ServerErrorFields } from "../errors.ts";
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { readTag } from "./command_tag.ts";
import { FirstByte } from "./first_byte.ts";
import { connectWith, type ServerStream } from "./open_stream.ts";
import { AnswerReader, type PendingAnswer } from "./postgres/answers.ts";
import { guardQuery } from "./postgres/guarded_query.ts";
import { startupOptions } from "./startup_options.ts";
import { StreamConnection } from "./stream_connection.ts";
import { DECODERS, type Reported } from "../../values/decode.ts";

export const driver: Driver = {
  name: "postgres",
  connect: (settings: ConnectSettings): Promise<DriverConnection> =>
    connectWith(settings, async (opened) => {
      const connection = new PostgresConnection(settings, opened);
      await connection.open();
      return connection;
    }),
};

/** CopyFail, whose reason the server puts in its error. */
const COPY_FAIL = Uint8Array.of(...[..."f\0\0\0\x05\0"].map((letter) => letter.charCodeAt(0)));

/** Parameters arrive encoded: the package must not encode them again by the type the server reports. */
function types(reported: Reported): Record<string, postgres.PostgresType> {
  return Object.fromEntries(
    [...DECODERS].map(([oid, decode]) => {
      const parse = (text: string) => decode(text, reported);
      return [`oid${oid}`, { to: oid, from: [oid], serialize: (text: string) => text, parse }];
    }),
  );
}

class PostgresConnection extends StreamConnection {
  backendPid = 0;
  protected secret = 0;
  readonly #sql: postgres.Sql;
  readonly #answers: AnswerReader;
  readonly #firstByte = new FirstByte();

  constructor(settings: ConnectSettings, opened: ServerStream) {
    super(settings, opened);
    const { stream } = opened;
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

  /** Logs in: the package does so with its first query. */
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
    const name = this.preparedName(statement);
    const values = parameters as (string | null)[];
    const query = guardQuery(
      this.#sql.unsafe(sql, values, { prepare: name !== undefined }).values(),
      name,
    ) as unknown as PackageQuery;
    const stopWatching = this.#firstByte.watch(this.stream, statement);
    const answer = this.#answers.expect();
    this.underWay.add(query);
    try {
      const result = rawResult(await query, answer);
      if (answer.isCopy) throw new CopyNotSupportedError(sql);
      return result;
    } catch (error) {
      // the package does not wait for that after a value that cannot be decoded
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

  /** The package would connect anew and go on in autocommit: end it, and with it whatever still waits inside. */
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

/** The stream for the first call; later ones, which would reconnect in silence, fail. */
function onceOnly(stream: Socket, reason: () => Error | undefined): () => Promise<Socket> {
  let used = false;
  return () => {
    if (used) return Promise.reject(reason() ?? new Error("the connection was closed"));
    used = true;
    return Promise.resolve(stream);
  };
}

/** What the package's query has beside its published types. */
interface PackageQuery extends Promise<PackageResult> {
  reject(error: Error): void;
  /** True until the server has prepared it. */
  readonly describeFirst: boolean;
}

/** The package's result: an array of rows that carries what else is known of the answer. */
type PackageResult = unknown[][] & { columns?: { name: string }[]; command?: string; count?: number | null };

function rawResult(result: PackageResult, { statements, hasRows, tag }: PendingAnswer): RawResult {
  if (statements > 1 && !hasRows) {
    // the package gives a statement without rows behind one that has some the rows of that
    const { command, rowCount = 0 } = readTag(tag);
    return { columns: [], rows: [], command, rowCount };
  }
  // several statements in one text are answered by a list of results: the last one counts
  const last = result.columns === undefined && result.command === undefined ? result.at(-1) as PackageResult : result;
  const rows = Array.from(last); // a plain array, not the class of the package
  last.length = 0; // closures of the package, which V8 allocates as old, hold the answer until all garbage is collected
  return {
    columns: last.columns?.map((column) => column.name) ?? [],
    rows,
    command: last.command?.split(" ", 1)[0] ?? "",
    rowCount: last.count ?? rows.length, // SHOW and EXPLAIN do not count theirs
  };
}
