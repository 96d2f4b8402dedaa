/**
 * The driver over npm `postgres` (postgres.js): one instance of the package is one connection, because the pool is ours.
 *
 * @module
 */
import type { Socket } from "node:net";
import postgres from "postgres";
import { ConnectionLostError, CopyNotSupportedError } from "../errors.ts";
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { readTag } from "./command_tag.ts";
import { FirstByte } from "./first_byte.ts";
import { connectWith, type ServerStream } from "./open_stream.ts";
import { type Answer, AnswerReader } from "./postgres/answers.ts";
import { PreparedStatements } from "./prepared_statements.ts";
import { databaseError } from "./server_error.ts";
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
  readonly #prepared = new PreparedStatements((name) => name);

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
    const name = this.#nameFor(statement);
    const values = parameters as (string | null)[];
    const query = guard(
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
      if (name !== undefined) this.#noteFailure(sql, name, query, error);
      throw answer.isCopy ? new CopyNotSupportedError(sql) : this.#translate(error, sql);
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

  /** The name to prepare a statement under; `undefined` to send it unnamed. */
  #nameFor({ sql, parameters }: Statement): string | undefined {
    if (!this.settings.prepare || parameters.length === 0) return undefined;
    return this.#prepared.get(sql) ?? this.#prepared.add(sql);
  }

  #noteFailure(sql: string, name: string, { describeFirst }: PackageQuery, error: unknown): void {
    if (describeFirst) this.#prepared.forget(sql, name); // the server did not come to prepare it
    else if (error instanceof postgres.PostgresError) this.#prepared.failed(sql, name, error.code);
  }

  #translate(error: unknown, sql: string): Error {
    const translated = this.#classify(error, sql);
    // the socket closes a moment later: nobody may get this connection in between
    if (translated instanceof ConnectionLostError) this.lose(error as Error);
    return translated;
  }

  #classify(error: unknown, sql: string): Error {
    if (error instanceof postgres.PostgresError) {
      return databaseError({
        message: error.message,
        sqlstate: error.code,
        detail: error.detail,
        hint: error.hint,
        schema: error.schema_name,
        table: error.table_name,
        column: error.column_name,
        constraint: error.constraint_name,
        routine: error.routine,
      }, sql);
    }
    const { message, code } = error as Error & { code?: string };
    return this.lost || /^(CONNECTION_|ECONN|EPIPE)/.test(code ?? "")
      ? new ConnectionLostError(message, sql, { cause: error })
      : error as Error;
  }
}

/**
 * The package sends a stale prepared statement again by itself: behind a COMMIT that is under way already, and so in
 * autocommit. It notes that in the query as `retried`; here that ends the query with the server's error instead.
 *
 * It also declares to the server as many parameters as are given, of types to be found out, so that one too many looks like
 * one whose type is unknown. Here it declares none: the server counts those of the statement, as for the other drivers.
 *
 * And it takes the random part of its statements' names from `Math.random()`, whose numbers can be those of another process,
 * and knows a statement by its text. Here a statement has the name that is given, and is known by it.
 */
function guard<Q extends object>(query: Q, name: string | undefined): Q {
  guarded ??= Object.create(Object.getPrototypeOf(query), {
    parameters: {
      // read before the name is, when the statement is sent
      get(this: GuardedQuery) {
        const isParsed = this.parsing === false; // set by the package when the server has parsed it
        if (!this.describeFirst || isParsed) return this.given;
        if (this.preparedAs !== undefined) this.statement.name = this.preparedAs;
        return [];
      },
      // written after the signature is, by which the package then looks for what it has prepared
      set(this: GuardedQuery, given: (string | null)[]) {
        this.given = given;
        if (this.preparedAs !== undefined) this.signature = this.preparedAs;
      },
    },
    retried: {
      get: () => undefined,
      set(this: { cancelled: boolean; reject(error: unknown): void }, error: unknown) {
        this.cancelled = true; // what is cancelled is not sent
        this.reject(error);
      },
    },
  });
  return Object.assign(Object.setPrototypeOf(query, guarded!), { preparedAs: name });
}
let guarded: object | undefined;

/** A query of the package, with what it notes there beside its published types. */
interface GuardedQuery {
  given?: (string | null)[];
  /** The name that the server knows it by, if it is prepared. */
  readonly preparedAs?: string;
  /** It is sent without its parameters first. */
  describeFirst?: boolean;
  parsing?: boolean;
  signature: string;
  statement: { name: string };
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

function rawResult(result: PackageResult, { statements, hasRows, tag }: Answer): RawResult {
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
