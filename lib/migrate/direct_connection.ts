/**
 * Whether a connection keeps one server process from statement to statement. A transaction pooler such as PgBouncer
 * gives each transaction whichever is free, and a lock of the session stays with the one that took it.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { EngineUrl } from "../engine/url.ts";
import { TransactionPoolerError } from "./errors.ts";

/** Milliseconds after which an answer is late: a pooler lets one wait that it has no server process for. */
const PATIENCE = 2000;

/**
 * Makes sure of it. Without a pooler that is one statement; a pooler is known by the process id it invents.
 *
 * @param url of the engine, for the advice. @param openSecond opens another connection to the same place.
 * @throws {TransactionPoolerError}
 */
export async function requireDirect(
  connection: Connection,
  url: EngineUrl,
  openSecond: () => Promise<Connection>,
): Promise<void> {
  const pid = await serverProcess(connection);
  if (pid === connection.backendPid) return;
  // the second takes the server process with which the first was served, if that is free between two statements
  const opening = openSecond();
  const second = await within(opening); // the engine asks a pooler's server for its settings before it hands one out
  if (second === undefined) {
    void opening.then((late) => late.close(), () => {});
    return; // it waits for the end of the first, which keeps the only process there is
  }
  let mustWait = false;
  try {
    second.begin().catch(() => {}); // answered together with the statement
    if (await within(serverProcess(second)) === undefined) {
      mustWait = true; // in the same way
      return;
    }
    if (await within(serverProcess(connection)) === pid) return; // a pooler that gives each session a process
  } finally {
    const closed = second.close();
    if (!mustWait) await closed;
  }
  throw new TransactionPoolerError(await directUrl(connection, url));
}

async function serverProcess(connection: Connection): Promise<number> {
  return (await connection.execute("SELECT pg_backend_pid()")).scalarOne<number>();
}

async function within<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), PATIENCE));
  answer.catch(() => {}); // may still fail when nobody waits for it any more
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** The address of the server as the pooler reaches it; `undefined` when that is a socket. */
async function directUrl(connection: Connection, url: EngineUrl): Promise<string | undefined> {
  const answer = await connection.execute<{ host: string | null; port: number | null }>(
    "SELECT host(inet_server_addr()) AS host, inet_server_port() AS port",
  );
  const { host, port } = answer.one();
  if (host === null) return undefined;
  const user = url.user === undefined ? "" : `${encodeURIComponent(url.user)}:***@`;
  return `postgresql://${user}${host.includes(":") ? `[${host}]` : host}:${port}/${url.database ?? ""}`;
}
