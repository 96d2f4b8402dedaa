/**
 * Opens the streams of the drivers, with TLS; the driver then logs in. One time limit covers both.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { TimeLimit } from "../../base/time_limit.ts";
import type { ConnectSettings } from "../driver.ts";
import { ConnectError } from "../errors.ts";
import type { EngineUrl } from "../url.ts";
import { openSocket } from "./socket.ts";
import { HandshakeError, startTls, tlsOptions } from "./tls.ts";

/** SQLSTATE of "no pg_hba.conf entry …", also sent by a server that rejects TLS from this host. */
const NOT_LET_IN = "28000";

/** A stream to the server on which nothing has been sent yet. */
export interface OpenedStream {
  readonly stream: { destroy(): void };
  /** TLS options, if it is encrypted. */
  readonly tls: ConnectionOptions | undefined;
}

/** A stream of Node. */
export interface ServerStream extends OpenedStream {
  readonly stream: Socket;
}

/** Opens a stream; see {@linkcode openStream}. */
type Open<S extends OpenedStream> = (
  url: EngineUrl,
  tls: ConnectionOptions | undefined,
  mayDoWithout: boolean,
  signal: AbortSignal,
) => Promise<S>;

/**
 * Opens a stream by the URL and logs in over it, within `connectTimeout` for both: name lookup, TCP, TLS,
 * authentication, up to the first ReadyForQuery. Nothing stays open if it fails.
 *
 * @throws {ConnectError}
 * @throws the reason of the settings' signal
 */
export async function connectWith<T, S extends OpenedStream>(
  settings: ConnectSettings,
  open: Open<S>,
  logIn: (opened: S) => Promise<T>,
): Promise<T> {
  const { url, connectTimeout, signal } = settings;
  using limit = new TimeLimit(connectTimeout, `no answer within ${connectTimeout / 1000} s`, signal);
  const attempt = async (tls: ConnectionOptions | undefined) => {
    const opened = await open(url, tls, url.sslMode === "prefer", limit.signal);
    try {
      return await limit.hold(logIn(opened));
    } catch (error) {
      opened.stream.destroy();
      const isRefused = opened.tls !== undefined && (error as { code?: string }).code === NOT_LET_IN;
      throw isRefused ? new RefusedWithTls(error) : error;
    }
  };
  try {
    const tls = await tlsOptions(url);
    return await attempt(tls).catch((error) => {
      const mayDoWithout = error instanceof HandshakeError || error instanceof RefusedWithTls;
      if (mayDoWithout && url.sslMode === "prefer") return attempt(undefined);
      throw error;
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    const error = thrown instanceof RefusedWithTls ? thrown.error : thrown;
    throw connectError(url, error);
  }
}

/**
 * Opens a stream, encrypted if TLS options are given.
 *
 * @param mayDoWithout true to continue without TLS if the server does not support it.
 * @throws the error of the connection attempt, or the signal's reason.
 */
export async function openStream(
  url: EngineUrl,
  tls: ConnectionOptions | undefined,
  mayDoWithout: boolean,
  signal: AbortSignal,
): Promise<ServerStream> {
  const socket = await openSocket(url, signal);
  if (tls === undefined) return { stream: socket, tls };
  const stream = await startTls(socket, url.host, tls, signal);
  if (stream) return { stream, tls };
  if (mayDoWithout) return { stream: socket, tls: undefined };
  socket.destroy();
  throw new Error("The server does not support SSL connections");
}

/** The server rejected this user and host, over TLS. */
class RefusedWithTls extends Error {
  constructor(readonly error: unknown) {
    super();
  }
}

function connectError(url: EngineUrl, error: unknown): ConnectError {
  const { message, code, ...said } = error as { message: string; code?: string };
  // a pooler sends one of the two; otherwise the code is Node's
  const isServers = "severity" in said || "severity_local" in said;
  const sqlstate = isServers ? code : undefined;
  return new ConnectError(`${url}`, `${message || code}.`, sqlstate, { cause: error });
}
