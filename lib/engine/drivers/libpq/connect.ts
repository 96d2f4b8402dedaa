/** Opening a connection: libpq's parameters, and what it says when the server cannot be had. @module */
import type { ConnectSettings } from "../../driver.ts";
import { ConnectError } from "../../errors.ts";
import { startupOptions } from "../startup_options.ts";
import { CStringArray, fromC } from "./c_strings.ts";
import type { Calls, Work } from "./calls.ts";
import { CONNECTION_OK, ERRORS_DEFAULT, ERRORS_VERBOSE, type Libpq } from "./symbols.ts";

/**
 * A thread that blocks cannot release the row that it waits for: the wait ends in a LockTimeoutError. Not behind a pooler
 * (`prepare: false`), which refuses settings that it does not know.
 */
const LOCK_TIMEOUT_WHEN_BLOCKING = "-c lock_timeout=2s";

/** libpq's names and values (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS). */
export function connectionParameters(settings: ConnectSettings): Record<string, string | undefined> {
  const { url, settings: { application_name }, connectTimeout, prepare, nonblocking } = settings;
  // of two values for a setting the later one counts: the caller's
  const options = [nonblocking || !prepare ? "" : LOCK_TIMEOUT_WHEN_BLOCKING, startupOptions(settings.settings)];
  return {
    host: url.host,
    port: String(url.port),
    user: url.user,
    password: url.password,
    dbname: url.database,
    sslmode: url.sslMode,
    sslrootcert: url.sslRootCert,
    gssencmode: "disable", // the other drivers have none
    connect_timeout: String(Math.ceil(connectTimeout / 1000)), // whole seconds
    client_encoding: "UTF8",
    application_name,
    options: options.filter(Boolean).join(" ") || undefined,
  };
}

/** Memory that calls on other threads read: it must not be collected before they are answered. */
const inUse = new Set<unknown>();

/** Opens a connection. @returns its address. @throws {ConnectError} */
export function* connecting(pq: Libpq, calls: Calls, settings: ConnectSettings): Work<Deno.PointerValue> {
  const parameters = Object.entries(connectionParameters(settings)).filter(([, value]) => value !== undefined);
  const keywords = new CStringArray();
  const values = new CStringArray();
  inUse.add(keywords).add(values);
  try {
    const connection = yield calls.connect(
      keywords.write([...parameters.map(([name]) => name), null]),
      values.write([...parameters.map(([, value]) => value!), null]),
    );
    if (isRefused(pq, connection)) {
      // only a connection that was opened before can be told to say the SQLSTATE: ask the server once more
      pq.PQsetErrorVerbosity(connection, ERRORS_VERBOSE);
      yield calls.reset(connection);
      pq.PQsetErrorVerbosity(connection, ERRORS_DEFAULT);
    }
    if (pq.PQstatus(connection) === CONNECTION_OK) return connection;
    const message = fromC(pq.PQerrorMessage(connection));
    pq.PQfinish(connection);
    throw connectError(settings, message);
  } finally {
    inUse.delete(keywords);
    inUse.delete(values);
  }
}

/** True when there is a server and it said no: `… failed: FATAL:  database "shop" does not exist`. */
function isRefused(pq: Libpq, connection: Deno.PointerValue): boolean {
  return pq.PQstatus(connection) !== CONNECTION_OK && /: \S+: {2}/.test(fromC(pq.PQerrorMessage(connection)));
}

/** @param text what libpq says, its lines about one attempt or several; the last one counts. */
function connectError({ url, connectTimeout }: ConnectSettings, text: string): ConnectError {
  const [, sqlstate, message] = [...text.matchAll(/: {2}([0-9A-Z]{5}): (.*)/g)].at(-1) ?? [];
  if (sqlstate) return new ConnectError(`${url}`, `${message}.`, sqlstate);
  if (text.includes("timeout expired")) {
    return new ConnectError(`${url}`, `no answer within ${Math.ceil(connectTimeout / 1000)} s.`);
  }
  if (text.includes("server does not support SSL")) {
    return new ConnectError(`${url}`, "The server does not support SSL connections.");
  }
  return new ConnectError(`${url}`, `${text.trim().replace(/\s*\n\s*/g, "; ")}.`);
}
