/**
 * A connection that speaks the protocol itself.
 *
 * @module
 */
import { unnamedText } from "../unnamed_text.ts";
import { userInfo } from "node:os";
import type { ConnectSettings, RawResult, Statement, TransactionStatus } from "../../driver.ts";
import { ConnectionLostError, type ServerErrorFields } from "../../errors.ts";
import type { Reported } from "../../../values/date_styles.ts";
import { startupOptions } from "../startup_options.ts";
import { StreamConnection } from "../stream_connection.ts";
import { transactionStatus } from "../transaction_status.ts";
import { Answer } from "./answer.ts";
import { Answers } from "./answers.ts";
import { Authentication } from "./authentication.ts";
import { NO_COLUMNS, readDescription } from "./columns.ts";
import { Incoming, ProtocolError } from "./incoming.ts";
import type { WireStream } from "./open.ts";
import { readServerMessage, ServerMessage } from "./server_message.ts";
import { WireStatement } from "./statement.ts";
import type { ByteStream } from "./stream.ts";
import { WriteQueue } from "./write_queue.ts";

/** Types of messages from the server. */
const [
  AUTHENTICATION,
  BACKEND_KEY,
  COMMAND_COMPLETE,
  COPY_BOTH,
  COPY_IN,
  COPY_OUT,
  DATA_ROW,
  ERROR,
  NO_DATA,
  PARAMETER_STATUS,
  READY,
  ROW_DESCRIPTION,
] = [..."RKCWGHDEnSZT"].map((letter) => letter.charCodeAt(0));

/** An open connection. */
export class WireConnection extends StreamConnection<WireStatement> {
  backendPid = 0;
  transactionStatus: TransactionStatus = "idle";
  protected secret = 0;
  protected readonly underWay = new Answers();
  readonly #stream: ByteStream;
  readonly #incoming: Incoming;
  readonly #queue: WriteQueue;
  readonly #serverSettings = new Map<string, string>();
  readonly #reported: Reported = (setting) => this.#serverSettings.get(setting);
  /** Resolves when the server has closed the stream. */
  readonly #over = Promise.withResolvers<void>();

  constructor(settings: ConnectSettings, opened: WireStream) {
    super(settings, opened, (name) => new WireStatement(name));
    this.#stream = opened.stream;
    this.#incoming = new Incoming(opened.stream);
    this.#queue = new WriteQueue(opened.stream, (error) => this.#broken(error));
  }

  /**
   * Logs in.
   *
   * @throws {ServerMessage} the server's refusal.
   * @throws when a method of authentication is not supported, or the server breaks off.
   */
  async logIn(): Promise<void> {
    const { url, settings } = this.settings;
    const { application_name, ...named } = settings;
    const options = startupOptions(named);
    const { password } = url;
    const user = url.user ?? userInfo().username;
    this.#queue.messages.startup({
      user,
      ...(url.database === undefined ? {} : { database: url.database }),
      client_encoding: "UTF8",
      ...(application_name === undefined ? {} : { application_name }),
      ...(options === "" ? {} : { options }),
    });
    const authentication = new Authentication({ user, password, certificate: this.#stream.certificate });
    const source = this.#incoming;
    let isReady = false;
    while (!isReady) {
      if (!await source.nextMessage()) throw new Error("The server closed the connection");
      if (source.type === AUTHENTICATION) (await authentication.answer(source))(this.#queue.messages);
      else if (source.type === ERROR) throw readServerMessage(source);
      else if (source.type === BACKEND_KEY) [this.backendPid, this.secret] = [source.int32(), source.int32()];
      else {
        isReady = source.type === READY;
        this.#receive(source);
      }
    }
    void this.#listen();
  }

  async query(statement: Statement): Promise<RawResult> {
    const { sql } = statement;
    if (this.lost) throw new ConnectionLostError(this.lost.message, sql);
    try {
      return await this.#send(statement).result;
    } catch (error) {
      throw this.translate(error as Error, sql);
    }
  }

  /** Appends a statement to what is sent next. */
  #send(statement: Statement): Answer {
    const { parameters } = statement;
    const { messages } = this.#queue;
    if (parameters.length === 0 && !statement.isSingle) {
      messages.query(unnamedText(statement));
      return this.#expect(new Answer(statement));
    }
    const prepared = this.prepared(statement);
    if (prepared?.described) {
      const { mixed } = prepared.described;
      messages.bind(prepared.name, parameters, mixed.formats);
      messages.execute();
      messages.sync();
      return this.#expect(new Answer(statement, prepared, mixed));
    }
    const named = prepared?.isUnderWay ? undefined : prepared;
    if (named) named.isUnderWay = true;
    const name = named?.name ?? "";
    messages.parse(name, named ? statement.sql : unnamedText(statement));
    messages.describe(name);
    messages.bind(name, parameters, []);
    messages.execute();
    messages.sync();
    return this.#expect(new Answer(statement, named));
  }

  #expect(answer: Answer): Answer {
    if (this.underWay.length > 0) answer.onFirstByte = undefined; // the byte may belong to another statement
    this.underWay.push(answer);
    return answer;
  }

  /** Reads what the server sends until the stream ends, also while nothing is awaited. */
  async #listen(): Promise<void> {
    const source = this.#incoming;
    try {
      while (true) {
        while (source.next()) this.#receive(source);
        if (!await source.receive()) break;
        const { current } = this.underWay;
        if (current?.onFirstByte) {
          current.onFirstByte();
          current.onFirstByte = undefined;
        }
      }
      this.#broken(new Error("the server closed it"));
    } catch (error) {
      const problem = error instanceof ProtocolError
        ? `the server does not keep to the protocol: ${error.message}`
        : "";
      this.#broken(problem ? new Error(problem, { cause: error }) : error as Error);
    } finally {
      this.#over.resolve();
    }
  }

  /** Handles one message. Those that are not listed tell nothing that this driver needs. */
  #receive(source: Incoming): void {
    const { current } = this.underWay;
    switch (source.type) {
      case DATA_ROW:
        return current?.row(source);
      case COMMAND_COMPLETE:
        return current?.complete(source.string());
      case READY:
        return this.#ready(source);
      case ROW_DESCRIPTION:
        return current?.describe(readDescription(source, this.#reported));
      case NO_DATA:
        return current?.describe({ text: NO_COLUMNS, mixed: NO_COLUMNS });
      case ERROR:
        return this.#error(readServerMessage(source));
      case PARAMETER_STATUS:
        return void this.#serverSettings.set(source.string(), source.string());
      case COPY_IN:
        this.#queue.messages.copyFail("COPY is not supported here");
        return current?.copy();
      case COPY_OUT:
      case COPY_BOTH:
        return current?.copy();
    }
  }

  #ready(source: Incoming): void {
    this.transactionStatus = transactionStatus(String.fromCharCode(source.byte()));
    this.underWay.shift()?.end();
  }

  #error(message: ServerMessage): void {
    const { current } = this.underWay;
    if (!current) return this.lose(message); // an idle connection that the server ends
    current.fail(message);
    const { prepared } = current;
    if (prepared) this.preparedFailed(current.sql, prepared, prepared.described !== undefined, message);
  }

  /** Ends the connection after an error of the stream. */
  #broken(error: Error): void {
    this.lose(error);
    this.drop(error);
  }

  protected async end(): Promise<void> {
    await Promise.allSettled([...this.underWay].map(({ result }) => result));
    this.#queue.messages.terminate();
    await this.#over.promise;
  }

  protected serverFields(error: Error): ServerErrorFields | undefined {
    return error instanceof ServerMessage ? error.fields : undefined;
  }

  protected isConnectionError(): boolean {
    return false; // a broken stream has already been noted
  }
}
