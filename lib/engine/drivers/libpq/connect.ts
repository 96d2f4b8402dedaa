/**
 * Opens connections: libpq's parameters, and the errors of an attempt.
 *
 * @module
 */
import type { ConnectSettings } from "../../driver.ts";
import { ConnectError } from "../../errors.ts";
import { settledWithin, unlessAborted } from "../../../base/within.ts";
import { startupOptions } from "../startup_options.ts";
import { CStringArray, fromC } from "./c_strings.ts";
import { opening } from "./opening.ts";
import { CONNECTION_BAD, ERRORS_DEFAULT, ERRORS_VERBOSE, type Libpq } from "./symbols.ts";
import { TimeIsUp, type Work } from "./waiting.ts";

/**
 * A blocked thread cannot release the row lock it waits for: the wait ends with a LockTimeoutError. Not sent behind a
 * pooler (`prepare: false`), which rejects settings it does not know.
 */
const LOCK_TIMEOUT_WHEN_BLOCKING = "-c lock_timeout=2s";

/** TCP keep-alive: seconds before the first probe, then between probes; the system's default is two hours. */
const KEEP_ALIVE = { keepalives: "1", keepalives_idle: "30", keepalives_interval: "10", keepalives_count: "3" };

/**
 * Returns the connection parameters by libpq's names
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS).
 */
export function connectionParameters(settings: ConnectSettings): Record<string, string | undefined> {
  const { url, settings: { application_name }, prepare, nonblocking } = settings;
  // of two values for a setting the later one takes effect: the caller's
  const options = [nonblocking || !prepare ? "" : LOCK_TIMEOUT_WHEN_BLOCKING, startupOptions(settings.settings)];
  return {
    host: url.host,
    port: String(url.port),
    user: url.user,
    password: url.password,
    dbname: url.database,
    sslmode: url.sslMode,
    sslrootcert: url.sslRootCert,
    gssencmode: "disable", // unsupported by the other drivers
    client_encoding: "UTF8",
    ...KEEP_ALIVE,
    application_name,
    options: options.filter(Boolean).join(" ") || undefined,
  };
}

/** Returns the arguments of `PQconnectStartParams`, in memory of their own. */
function startArguments(settings: ConnectSettings) {
  const parameters = Object.entries(connectionParameters(settings)).filter(([, value]) => value !== undefined);
  const [keywords, values] = [new CStringArray(), new CStringArray()];
  const pointers = [
    keywords.write([...parameters.map(([name]) => name), null]),
    values.write([...parameters.map(([, value]) => value!), null]),
  ] as const;
  return { pointers, memory: [keywords, values] };
}

/**
 * Starts to open a connection. Blocks the thread during the lookup of the host name, for which libpq has no time limit.
 */
export function start(pq: Libpq, settings: ConnectSettings): Deno.PointerValue {
  const { pointers: [keywords, values] } = startArguments(settings);
  return pq.PQconnectStartParams(keywords, values, 0);
}

/** Memory that calls on other threads read: it must not be garbage-collected before they return. */
const inUse = new Set<unknown>();

/**
 * Like `start()`, on another thread.
 *
 * @param until the time at which to give up, as `performance.now()`.
 * @throws {ConnectError}
 * @throws the reason of the settings' signal
 */
export async function startOnThread(pq: Libpq, settings: ConnectSettings, until: number): Promise<Deno.PointerValue> {
  const { pointers: [keywords, values], memory } = startArguments(settings);
  inUse.add(memory);
  const started = pq.PQconnectStartParamsOnThread(keywords, values, 0).finally(() => inUse.delete(memory));
  let isStarted = false;
  try {
    isStarted = await unlessAborted(settledWithin(until - performance.now(), started), settings.signal);
  } finally {
    if (!isStarted) void started.then((connection) => pq.PQfinish(connection));
  }
  if (!isStarted) throw noAnswer(settings);
  return await started;
}

/**
 * Continues to open a connection.
 *
 * @returns its address.
 * @throws {ConnectError}
 */
export function* connecting(
  pq: Libpq,
  settings: ConnectSettings,
  connection: Deno.PointerValue,
  until: number,
): Work<Deno.PointerValue> {
  try {
    pq.PQsetNoticeReceiver(connection, pq.addressOfPQfreemem, null); // the default prints notices
    pq.PQsetErrorVerbosity(connection, ERRORS_VERBOSE); // the only source of the SQLSTATE of a rejection
    const isOpen = pq.PQstatus(connection) !== CONNECTION_BAD &&
      (yield* opening(() => pq.PQconnectPoll(connection), () => pq.PQsocket(connection), until));
    if (!isOpen) throw connectError(settings, fromC(pq.PQerrorMessage(connection)));
    pq.PQsetErrorVerbosity(connection, ERRORS_DEFAULT);
    pq.PQsetnonblocking(connection, 1);
    return connection;
  } catch (error) {
    pq.PQfinish(connection);
    throw error instanceof TimeIsUp ? noAnswer(settings) : error;
  }
}

function noAnswer({ url, connectTimeout }: ConnectSettings): ConnectError {
  return new ConnectError(`${url}`, `no answer within ${connectTimeout / 1000} s.`);
}

/**
 * Creates the error from libpq's message.
 *
 * @param text lines about one attempt or several; the last one counts.
 */
function connectError({ url }: ConnectSettings, text: string): ConnectError {
  const [, sqlstate, message] = [...text.matchAll(/: {2}([0-9A-Z]{5}): (.*)/g)].at(-1) ?? [];
  if (sqlstate) return new ConnectError(`${url}`, `${message}.`, sqlstate);
  if (text.includes("server does not support SSL")) {
    return new ConnectError(`${url}`, "The server does not support SSL connections.");
  }
  return new ConnectError(`${url}`, `${text.trim().replace(/\s*\n\s*/g, "; ")}.`);
}
