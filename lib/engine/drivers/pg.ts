/**
 * The driver for npm `pg` (node-postgres), in its pipeline mode: statements are sent without waiting for earlier
 * answers.
 *
 * @module
 */
// @ts-types="npm:@types/pg@^8.15.0"
import pg from "pg";
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { ConnectionLostError, type ServerErrorFields } from "../errors.ts";
import type { ConnectSettings, Driver, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { FirstByte } from "./first_byte.ts";
import { connectWith, openStream, type ServerStream } from "./open_stream.ts";
import { StatementQuery } from "./pg/query.ts";
import { startupOptions } from "./startup_options.ts";
import { StreamConnection } from "./stream_connection.ts";
import { transactionStatus } from "./transaction_status.ts";
import type { Reported } from "../../values/date_styles.ts";

export const driver: Driver = {
  name: "pg",
  connect: (settings: ConnectSettings): Promise<DriverConnection> =>
    connectWith(settings, openStream, async (opened) => {
      const client = new pg.Client(config(settings, opened.stream));
      const connection = new PgConnection(client, settings, opened);
      await client.connect();
      return connection;
    }),
};

function config({ url, settings }: ConnectSettings, stream: Socket): pg.ClientConfig & { pipeline: boolean } {
  return {
    host: url.host,
    port: url.port,
    user: url.user,
    password: url.password,
    database: url.database,
    ssl: false, // the stream already is encrypted, if it should be
    stream: () => asUnopened(stream),
    options: startupOptions(settings),
    application_name: settings.application_name,
    pipeline: true,
  };
}

/** Gives a stream the `connect()` that the package calls, and the event that it then waits for. */
function asUnopened(stream: Socket): Socket {
  const connect = () => {
    queueMicrotask(() => stream.emit("connect"));
    return stream;
  };
  return Object.assign(stream, { connect });
}

class PgConnection extends StreamConnection<string> {
  protected readonly underWay = new Set<StatementQuery>();
  readonly #stream: Socket;
  readonly #client: InternalClient;
  /** Names of statements being prepared: a name cannot be reused before the server has parsed its statement. */
  readonly #parsing = new Set<string>();
  readonly #firstByte = new FirstByte();
  readonly #serverSettings = new Map<string, string>();
  readonly #reported: Reported = (setting) => this.#serverSettings.get(setting);

  constructor(client: pg.Client, settings: ConnectSettings, opened: ServerStream) {
    super(settings, opened, (name) => name);
    this.#stream = opened.stream;
    this.#client = client as InternalClient;
    client.on("error", (error) => this.lose(error));
    client.on("end", () => this.lose(new Error("the server closed it")));
    this.#client.connection.on("copyOutResponse", () => this.#client._getActiveQuery()?.noteCopy());
    this.#client.connection.on("parameterStatus", ({ parameterName, parameterValue }) => {
      this.#serverSettings.set(parameterName, parameterValue);
    });
  }

  get backendPid(): number {
    return this.#client.processID;
  }

  get transactionStatus(): TransactionStatus {
    return transactionStatus(this.#client.getTransactionStatus());
  }

  async query(statement: Statement): Promise<RawResult> {
    const { sql } = statement;
    if (this.lost) throw new ConnectionLostError(this.lost.message, sql);
    const name = this.#preparedName(statement);
    const stopWatching = this.#firstByte.watch(this.#stream, statement);
    const query = new StatementQuery(statement, name, this.#reported);
    this.underWay.add(query);
    try {
      this.#client.query(query as unknown as pg.Submittable);
      return await query.result;
    } catch (error) {
      if (name !== undefined) this.preparedFailed(sql, name, this.#isParsed(name), error);
      throw this.translate(error as Error, sql);
    } finally {
      stopWatching();
      this.underWay.delete(query);
      if (name !== undefined) this.#parsing.delete(name);
    }
  }

  protected get secret(): number {
    return this.#client.secretKey;
  }

  protected async end(): Promise<void> {
    await this.#client.end();
  }

  /** Returns no name for a statement that the server is parsing: it is sent unnamed. */
  #preparedName(statement: Statement): string | undefined {
    if (statement.parameters.length === 0) return undefined;
    const name = this.prepared(statement);
    if (name === undefined || this.#parsing.has(name)) return undefined;
    if (!this.#isParsed(name)) this.#parsing.add(name);
    return name;
  }

  protected serverFields(error: Error): ServerErrorFields | undefined {
    if (!(error instanceof pg.DatabaseError) || error.code === undefined) return undefined;
    return { ...error, message: error.message, sqlstate: error.code };
  }

  protected isConnectionError({ message }: Error): boolean {
    return /terminated|ECONN|EPIPE|not queryable/.test(message);
  }

  #isParsed(name: string): boolean {
    return this.#client.connection.parsedStatements[name] !== undefined;
  }
}

/** Members of pg's client that its types omit. */
type InternalClient = pg.Client & {
  processID: number;
  secretKey: number;
  getTransactionStatus(): string | null;
  _getActiveQuery(): StatementQuery | null;
  connection: EventEmitter & { parsedStatements: Record<string, string | undefined> };
};
