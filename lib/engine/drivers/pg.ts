/** The driver over npm `pg` (node-postgres), in its pipeline mode: statements travel without waiting for each other. */
// @ts-types="npm:@types/pg@^8.15.0"
import pg from "pg";
import type { Socket } from "node:net";
import { ConnectError, ConnectionLostError, type ServerErrorFields } from "../errors.ts";
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { FirstByte } from "./first_byte.ts";
import { StatementQuery } from "./pg/query.ts";
import { requestCancel } from "./cancel.ts";
import { databaseError } from "./server_error.ts";
import { startupOptions } from "./startup_options.ts";
import { tlsOptions } from "./tls.ts";
import type { Reported } from "./values.ts";
import { transactionStatus } from "./transaction_status.ts";

/** Distinct statements prepared per connection; more are sent unnamed, so that made-up SQL cannot fill the server. */
const MOST_PREPARED = 500;

export const driver: Driver = {
  name: "pg",
  async connect(settings: ConnectSettings): Promise<DriverConnection> {
    const tls = await tlsOptions(settings.url);
    if (tls !== "prefer") return await open(settings, tls);
    try {
      return await open(settings, { rejectUnauthorized: false });
    } catch (error) {
      if (error instanceof Error && error.message.includes("does not support SSL")) return await open(settings, false);
      throw error;
    }
  },
};

async function open(settings: ConnectSettings, ssl: pg.ClientConfig["ssl"]): Promise<DriverConnection> {
  const { url } = settings;
  const config: pg.ClientConfig & { pipeline: boolean } = {
    host: url.host,
    port: url.port,
    user: url.user,
    password: url.password,
    database: url.database,
    ssl,
    options: startupOptions(settings.settings),
    application_name: settings.settings.application_name,
    connectionTimeoutMillis: settings.connectTimeout,
    pipeline: true,
  };
  const client = new pg.Client(config);
  const connection = new PgConnection(client, settings);
  try {
    await client.connect();
  } catch (error) {
    await connection.close();
    throw connectError(settings, error);
  }
  return connection;
}

class PgConnection implements DriverConnection {
  lost: Error | undefined;
  onLost: (() => void) | undefined;
  readonly #client: InternalClient;
  readonly #settings: ConnectSettings;
  /** The name of each prepared statement, by its SQL. */
  readonly #names = new Map<string, string>();
  /** Statements whose first use is under way: until the server has parsed one, its name cannot be used again. */
  readonly #parsing = new Set<string>();
  readonly #firstByte = new FirstByte();
  readonly #serverSettings = new Map<string, string>();
  readonly #reported: Reported = (setting) => this.#serverSettings.get(setting);
  #counter = 0;

  constructor(client: pg.Client, settings: ConnectSettings) {
    this.#client = client as InternalClient;
    this.#settings = settings;
    client.on("error", (error) => this.#lose(error));
    this.#client.connection.on("parameterStatus", ({ parameterName, parameterValue }) => {
      this.#serverSettings.set(parameterName, parameterValue);
    });
    client.on("end", () => this.#lose(new Error("the server closed it")));
  }

  get backendPid(): number {
    return this.#client.processID;
  }

  get transactionStatus(): TransactionStatus {
    return transactionStatus(this.#client.getTransactionStatus());
  }

  async query(statement: Statement): Promise<RawResult> {
    const { sql, parameters } = statement;
    if (this.lost) throw new ConnectionLostError(this.lost.message, sql);
    const name = parameters.length === 0 ? undefined : this.#nameFor(sql);
    const stopWatching = this.#firstByte.watch(this.#client.connection.stream, statement);
    try {
      const query = new StatementQuery(statement, name, this.#reported);
      this.#client.query(query as unknown as pg.Submittable);
      return await query.result;
    } catch (error) {
      if (name !== undefined && this.#names.get(sql) === name && this.#mustPrepareAnew(name, error)) {
        this.#names.delete(sql);
      }
      throw this.#translate(error, sql);
    } finally {
      stopWatching();
      if (name !== undefined) this.#parsing.delete(name);
    }
  }

  cancel(): Promise<void> {
    return requestCancel(this.#settings.url, this.backendPid, this.#client.secretKey);
  }

  async close(): Promise<void> {
    this.onLost = undefined;
    await this.#client.end().catch(() => {});
  }

  drop(reason: Error): void {
    this.#lose(reason);
    this.#client.connection.stream.destroy(reason);
  }

  /** The name to prepare a statement under; `undefined` to send it unnamed. */
  #nameFor(sql: string): string | undefined {
    if (!this.#settings.prepare) return undefined;
    const known = this.#names.get(sql);
    if (known !== undefined) return this.#parsing.has(known) ? undefined : known;
    if (this.#names.size >= MOST_PREPARED) return undefined;
    const name = `s${++this.#counter}`;
    this.#names.set(sql, name);
    this.#parsing.add(name);
    return name;
  }

  /** True when the server did not parse the statement, or what it prepared may not fit its tables any more. */
  #mustPrepareAnew(name: string, error: unknown): boolean {
    const known = this.#client.connection.parsedStatements[name] !== undefined;
    return !known || isServerError(error) && /^(0A|26|42|XX)/.test(error.code!);
  }

  #lose(error: Error): void {
    if (this.lost) return;
    this.lost = error;
    this.onLost?.();
  }

  #translate(error: unknown, sql: string): Error {
    const translated = this.#classify(error as Error, sql);
    // the socket closes a moment later: nobody may get this connection in between
    if (translated instanceof ConnectionLostError) this.#lose(error as Error);
    return translated;
  }

  #classify(error: Error, sql: string): Error {
    if (isServerError(error)) return databaseError({ ...error, message: error.message, sqlstate: error.code! }, sql);
    return this.lost || /terminated|ECONN|EPIPE|not queryable/.test(error.message)
      ? new ConnectionLostError(error.message, sql, { cause: error })
      : error;
  }
}

/** What pg's client has beside its published types. */
type InternalClient = pg.Client & {
  processID: number;
  secretKey: number;
  getTransactionStatus(): string | null;
  connection: {
    parsedStatements: Record<string, string | undefined>;
    stream: Socket;
    on(event: "parameterStatus", listener: (status: { parameterName: string; parameterValue: string }) => void): void;
  };
};

function isServerError(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code !== undefined;
}

function connectError(settings: ConnectSettings, error: unknown): ConnectError {
  const { message, code } = error as Partial<ServerErrorFields> & { message: string; code?: string };
  const problem = message === "timeout expired"
    ? `no answer within ${settings.connectTimeout / 1000} s.`
    : `${message || code}.`;
  return new ConnectError(`${settings.url}`, problem, isServerError(error) ? code : undefined, { cause: error });
}
