/**
 * What the drivers over npm packages have in common: how a connection ends.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { TimeLimit } from "../../base/time_limit.ts";
import type { ConnectSettings, DriverConnection, RawResult, Statement, TransactionStatus } from "../driver.ts";
import { requestCancel } from "./cancel.ts";
import type { ServerStream } from "./open_stream.ts";

/** Milliseconds that a polite end may take, with what is still under way. */
const POLITE = 1000;

/** A connection over a stream that this module ends when nobody else does. */
export abstract class StreamConnection implements DriverConnection {
  abstract readonly backendPid: number;
  abstract readonly transactionStatus: TransactionStatus;
  lost: Error | undefined;
  onLost: (() => void) | undefined;
  protected readonly settings: ConnectSettings;
  protected readonly stream: Socket;
  /** Statements that are not answered. */
  protected readonly underWay = new Set<{ reject(error: Error): void }>();
  readonly #tls: ConnectionOptions | undefined;
  readonly #requests = new Set<TimeLimit>();

  constructor(settings: ConnectSettings, { stream, tls }: ServerStream) {
    this.settings = settings;
    this.stream = stream;
    this.#tls = tls;
  }

  abstract query(statement: Statement): Promise<RawResult>;

  /** The number that the server wants to see in a request to cancel. */
  protected abstract readonly secret: number;

  /** Ends the connection as the protocol wants it, after what is under way. */
  protected abstract end(): Promise<void>;

  async cancel(): Promise<void> {
    const { settings: { url, connectTimeout }, backendPid: pid, secret } = this;
    using limit = new TimeLimit(
      connectTimeout,
      `the request to cancel was not taken within ${connectTimeout / 1000} s`,
    );
    this.#requests.add(limit);
    try {
      await requestCancel({ url, tls: this.#tls, pid, secret }, limit.signal);
    } finally {
      this.#requests.delete(limit);
    }
  }

  async close(milliseconds = POLITE): Promise<void> {
    this.onLost = undefined;
    if (!this.lost && milliseconds > 0) {
      using limit = new TimeLimit(milliseconds, "");
      await limit.hold(this.end()).catch(() => {});
    }
    this.drop(new Error("it was closed here"));
  }

  drop(reason: Error): void {
    this.lose(reason);
    for (const statement of this.underWay) statement.reject(reason);
    for (const limit of this.#requests) limit.abort(reason);
    this.stream.destroy();
  }

  /** Takes note that it broke. */
  protected lose(reason: Error): void {
    if (this.lost) return;
    this.lost = reason;
    this.onLost?.();
  }
}
