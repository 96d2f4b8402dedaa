/**
 * How a connection of pg and postgres comes about: the stream is opened here, with TLS, and handed to the package, which
 * logs in. One limit holds for all of it.
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

/** SQLSTATE of "no pg_hba.conf entry …", also for a server that wants no TLS from here. */
const NOT_LET_IN = "28000";

/** A stream to the server, on which nothing was said yet. */
export interface ServerStream {
  readonly stream: Socket;
  /** How it is encrypted, if it is. */
  readonly tls: ConnectionOptions | undefined;
}

/**
 * Opens a stream as the URL wants it and lets `logIn` make a connection of it, within `connectTimeout` for both: name
 * lookup, TCP, TLS, authentication, until the server is ready for statements. Nothing stays open when that fails.
 *
 * @throws {ConnectError}
 * @throws the reason of the settings' signal
 */
export async function connectWith<T>(
  settings: ConnectSettings,
  logIn: (opened: ServerStream) => Promise<T>,
): Promise<T> {
  const { url, connectTimeout, signal } = settings;
  using limit = new TimeLimit(connectTimeout, `no answer within ${connectTimeout / 1000} s`, signal);
  const attempt = async (tls: ConnectionOptions | undefined) => {
    const opened = await openStream(url, tls, url.sslMode === "prefer", limit.signal);
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
 * Opens a stream, encrypted with these options if there are any.
 *
 * @param mayDoWithout true to go on without TLS where the server has none.
 * @throws what went wrong, or the signal's reason.
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

/** The server said over TLS that it does not let this user in from there. */
class RefusedWithTls extends Error {
  constructor(readonly error: unknown) {
    super();
  }
}

function connectError(url: EngineUrl, error: unknown): ConnectError {
  const { message, code, ...said } = error as { message: string; code?: string };
  const isServers = "severity" in said || "severity_local" in said; // a pooler sends one of the two; else it is Node's code
  const sqlstate = isServers ? code : undefined;
  return new ConnectError(`${url}`, `${message || code}.`, sqlstate, { cause: error });
}
