/**
 * The driver over npm `postgres` (postgres.js): one instance of the package is one connection, because the pool is ours.
 *
 * @module
 */
import { connect as connectSocket, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import postgres from "postgres";
import { ConnectError, ConnectionLostError, StaleStatementError } from "../errors.ts";
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { FirstByte } from "./first_byte.ts";
import { DECODERS, type Reported } from "./values.ts";
import { requestCancel, socketPath } from "./cancel.ts";
import { databaseError } from "./server_error.ts";
import { startupOptions } from "./startup_options.ts";
import { tlsOptions } from "./tls.ts";
import { StatusReader } from "./transaction_status.ts";

export const driver: Driver = {
  name: "postgres",
  async connect(settings: ConnectSettings): Promise<DriverConnection> {
    const connection = new PostgresConnection(settings, await tlsOptions(settings.url));
    await connection.open();
    return connection;
  },
};

/** Parameters arrive encoded: the package must not encode them again by the type the server reports. */
function types(reported: Reported): Record<string, postgres.PostgresType> {
  return Object.fromEntries(
    [...DECODERS].map(([oid, decode]) => {
      const parse = (text: string) => decode(text, reported);
      return [`oid${oid}`, { to: oid, from: [oid], serialize: (text: string) => text, parse }];
    }),
  );
}

class PostgresConnection implements DriverConnection {
  backendPid = 0;
  lost: Error | undefined;
  onLost: (() => void) | undefined;
  #secret = 0;
  /** Statements prepared with a type that was dropped: the package does not forget them by itself. They go unnamed. */
  readonly #stale = new Set<string>();
  readonly #firstByte = new FirstByte();
  readonly #status = new StatusReader();
  #socket: Socket | undefined;
  readonly #sql: postgres.Sql;
  readonly #settings: ConnectSettings;

  constructor(settings: ConnectSettings, ssl: Awaited<ReturnType<typeof tlsOptions>>) {
    this.#settings = settings;
    const { url } = settings;
    const { application_name, ...named } = settings.settings;
    const options = startupOptions(named);
    const config: postgres.Options<Record<string, postgres.PostgresType>> & { socket: () => Promise<Socket> } = {
      host: url.host,
      port: url.port,
      username: url.user,
      password: url.password,
      database: url.database,
      ssl,
      socket: onceOnly(async () => {
        this.#socket = await openSocket(settings);
        // before the package's own listener, which settles the queries; over TLS nothing of it can be read here
        return this.#socket.prependListener("data", (chunk: Uint8Array) => this.#status.read(chunk));
      }, () => this.lost),
      connection: { application_name, ...(options ? { options } : {}) },
      connect_timeout: settings.connectTimeout / 1000,
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      prepare: settings.prepare,
      fetch_types: false,
      types: types((setting) => this.#sql.parameters[setting]),
      onnotice: () => {},
      onclose: () => this.#lose("the server closed it"),
    };
    this.#sql = postgres(config);
  }

  get transactionStatus(): TransactionStatus {
    return this.#status.status;
  }

  async open(): Promise<void> {
    try {
      const query = this.#sql.unsafe("SELECT 1");
      await query;
      const { pid, secret } = (query as unknown as { state: { pid: number; secret: number } }).state;
      this.backendPid = pid;
      this.#secret = secret;
    } catch (error) {
      await this.close();
      throw connectError(this.#settings, error);
    }
  }

  async query(statement: Statement): Promise<RawResult> {
    const { sql, parameters } = statement;
    if (this.lost) throw new ConnectionLostError(this.lost.message, sql);
    const stopWatching = this.#firstByte.watch(this.#socket, statement);
    try {
      const values = parameters as (string | null)[];
      const prepare = this.#settings.prepare && !this.#stale.has(sql);
      const query = this.#sql.unsafe(sql, values, { prepare }).values();
      const answer = await guard(query) as unknown as Answer;
      if (Array.isArray(answer)) return rawResult(answer);
      // COPY is answered with a stream, and the connection serves nothing else until that ends
      (answer as unknown as Duplex).on("error", () => {});
      this.#lose("COPY is not supported here");
      throw this.lost;
    } catch (error) {
      throw this.#translate(error, sql);
    } finally {
      stopWatching();
    }
  }

  cancel(): Promise<void> {
    return requestCancel(this.#settings.url, this.backendPid, this.#secret);
  }

  async close(): Promise<void> {
    this.onLost = undefined;
    await this.#sql.end({ timeout: this.lost ? 0 : 5 });
  }

  drop(reason: Error): void {
    this.#lose(reason.message);
    this.#socket?.destroy();
  }

  /** The package would connect anew and go on in autocommit: end it, and with it whatever still waits inside. */
  #lose(reason: string): void {
    if (this.lost) return;
    this.lost = new Error(reason);
    void this.#sql.end({ timeout: 0 });
    this.onLost?.();
  }

  #translate(error: unknown, sql: string): Error {
    const translated = this.#classify(error, sql);
    if (translated instanceof StaleStatementError && translated.sqlstate === "XX000") this.#stale.add(sql);
    // the socket closes a moment later: nobody may get this connection in between
    if (translated instanceof ConnectionLostError) this.#lose((error as Error).message);
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
 */
function guard<Q extends object>(query: Q): Q {
  guarded ??= Object.create(Object.getPrototypeOf(query), {
    parameters: {
      get(this: GuardedQuery) {
        const isParsed = this.parsing === false; // set by the package when the server has parsed it
        return this.describeFirst && !isParsed ? [] : this.given;
      },
      set(this: GuardedQuery, given: (string | null)[]) {
        this.given = given;
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
  return Object.setPrototypeOf(query, guarded!);
}
let guarded: object | undefined;

/** A query of the package, with what it notes there beside its published types. */
interface GuardedQuery {
  given?: (string | null)[];
  /** It is sent without its parameters first. */
  describeFirst?: boolean;
  parsing?: boolean;
}

/** A socket for the first call; later ones, which would reconnect in silence, fail. */
function onceOnly(open: () => Promise<Socket>, reason: () => Error | undefined): () => Promise<Socket> {
  let used = false;
  return () => {
    if (used) return Promise.reject(reason() ?? new Error("the connection was closed"));
    used = true;
    return open();
  };
}

function openSocket({ url, connectTimeout }: ConnectSettings): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = url.isSocket ? connectSocket(socketPath(url)) : connectSocket(url.port, url.host);
    const timer = setTimeout(() => fail(new Error("timeout")), connectTimeout);
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      socket.setNoDelay(true);
      resolve(Object.assign(socket, { host: url.host }));
    });
  });
}

/** The package's result: an array of rows that carries what else is known of the answer. */
type Answer = unknown[][] & { columns?: { name: string }[]; command?: string; count?: number | null };

function rawResult(answer: Answer): RawResult {
  // several statements in one text are answered by a list of results: the last one counts
  const last = answer.columns === undefined && answer.command === undefined ? answer.at(-1) as Answer : answer;
  const rows = Array.from(last); // a plain array, not the class of the package
  last.length = 0; // closures of the package, which V8 allocates as old, hold the answer until all garbage is collected
  return {
    columns: last.columns?.map((column) => column.name) ?? [],
    rows,
    command: last.command?.split(" ", 1)[0] ?? "",
    rowCount: last.count ?? rows.length, // SHOW and EXPLAIN do not count theirs
  };
}

function connectError(settings: ConnectSettings, error: unknown): ConnectError {
  const { message, code } = error as Error & { code?: string };
  const problem = message === "timeout" || code === "CONNECT_TIMEOUT"
    ? `no answer within ${settings.connectTimeout / 1000} s.`
    : message.includes("before secure TLS")
    ? "The server does not support SSL connections." // the package tries all the same
    : `${message || code}.`;
  const sqlstate = error instanceof postgres.PostgresError ? code : undefined;
  return new ConnectError(`${settings.url}`, problem, sqlstate, { cause: error });
}
