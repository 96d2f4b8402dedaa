/**
 * Detects transaction poolers. A pooler such as PgBouncer assigns any free server process to each transaction, so that
 * a session-level lock stays with another process.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { ConnectionLostError, DatabaseError } from "../engine/errors.ts";
import type { EngineUrl } from "../engine/url.ts";
import { TransactionPoolerError } from "./errors.ts";

/** Time after which a pooler is assumed to have no free server process, in milliseconds. */
const PATIENCE = 2000;

/**
 * Rejects a connection through a pooler that assigns server processes per transaction or per statement. Without a
 * pooler, costs one statement: a pooler reports a process id of its own.
 *
 * @param connection connection to test
 * @param url URL of the engine, for the error message
 * @param openSecond opens a second connection to the same address
 * @throws {TransactionPoolerError} when the pooler assigns server processes per transaction or per statement
 */
export async function requireDirect(
  connection: Connection,
  url: EngineUrl,
  openSecond: () => Promise<Connection>,
): Promise<void> {
  const pid = await serverProcess(connection);
  if (pid === connection.backendPid) return;
  // a transaction pooler assigns the server process of the first connection to the second one
  const opening = openSecond();
  const second = await within(opening); // the engine reads settings from the server before it returns a connection
  if (second === undefined) {
    void opening.then((late) => late.close(), () => {});
    return; // the first connection keeps the only process
  }
  let mustWait = false;
  try {
    const begun = second.begin().then(() => true, () => false); // settles with the next statement
    const other = await within(serverProcess(second).catch(() => null));
    if (other === undefined) {
      mustWait = true; // likewise
      return;
    }
    const again = await within(serverProcess(connection));
    // it answered before BEGIN, and the first connection still answers
    if (other === null && !await begun) throw new TransactionPoolerError(await directUrl(connection, url), "statement");
    if (again === pid) return; // a session pooler
  } finally {
    const closed = second.close();
    if (!mustWait) await closed;
  }
  throw new TransactionPoolerError(await directUrl(connection, url));
}

/**
 * Explains a failure that is due to a pooler that refuses transactions.
 *
 * @param failure what a transaction threw
 * @param url URL of the engine, for the error message
 * @param open opens a connection to the same address
 * @returns `undefined` if it has another cause
 */
export async function statementPooling(
  failure: unknown,
  url: EngineUrl,
  open: () => Promise<Connection>,
): Promise<TransactionPoolerError | undefined> {
  const isRefusal = failure instanceof ConnectionLostError ||
    failure instanceof DatabaseError && failure.sqlstate === "08P01";
  if (!isRefusal) return undefined;
  await using first = await open();
  const pid = await serverProcess(first);
  if (pid === first.backendPid) return undefined;
  await using second = await open();
  await serverProcess(second);
  const begun = second.begin().then(() => true, () => false); // settles with the next statement
  await serverProcess(second).catch(() => {});
  return await begun ? undefined : new TransactionPoolerError(await directUrl(first, url), "statement");
}

async function serverProcess(connection: Connection): Promise<number> {
  return (await connection.execute("SELECT pg_backend_pid()")).scalarOne<number>();
}

async function within<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), PATIENCE));
  answer.catch(() => {}); // may fail after the timeout
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** URL of the server behind the pooler; `undefined` if it is reached through a socket. */
async function directUrl(connection: Connection, url: EngineUrl): Promise<string | undefined> {
  const answer = await connection.execute<{ host: string | null; port: number | null }>(
    "SELECT host(inet_server_addr()) AS host, inet_server_port() AS port",
  );
  const { host, port } = answer.one();
  if (host === null) return undefined;
  const user = url.user === undefined ? "" : `${encodeURIComponent(url.user)}:***@`;
  return `postgresql://${user}${host.includes(":") ? `[${host}]` : host}:${port}/${url.database ?? ""}`;
}
