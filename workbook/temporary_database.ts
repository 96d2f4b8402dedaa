/**
 * Databases for the duration of a test file or a load test: created under unique names, and dropped even if their
 * creator was killed.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { basename } from "node:path";
import { type Client, codeOf, withClient } from "./admin_client.ts";
import { configuredUrl, databaseUrl } from "./database_url.ts";

/** The test database cannot be created; the message names the missing privilege and how to grant it. */
export class TestDatabaseError extends Error {
  override readonly name = "TestDatabaseError";
}

/** Comment that identifies these databases and their creation time. */
const COMMENT = "a database of the workbook's tests, made at ";
const ABANDONED_AFTER_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Returns for example `test_pool_3f9a1c22`, for `…/pool_test.ts`. */
export function databaseName(moduleUrl: string, random: string = crypto.randomUUID().slice(0, 8)): string {
  const file = basename(fileURLToPath(moduleUrl)).replace(/(_test)?\.\w+$/, "");
  return `test_${file.toLowerCase().replace(/[^a-z0-9]+/g, "_").slice(0, 40)}_${random}`;
}

/**
 * Creates a database. If its creator does not drop it, a later creation does so after a day.
 * @param name starts with `test_`; see `databaseName`.
 * @returns the URL of the server, and the name.
 * @throws {TestDatabaseError} if the role lacks the privilege.
 */
export async function makeTestDatabase(name: string): Promise<{ server: string; name: string }> {
  const server = await databaseUrl();
  await withClient(server, async (client) => {
    await create(client, name);
    await describe(client, name);
    await dropAbandoned(client, server);
  });
  return { server, name };
}

/**
 * Creates the database.
 * @throws {TestDatabaseError} if the role lacks the privilege.
 */
export async function create(client: Client, name: string): Promise<void> {
  try {
    await client.query(`CREATE DATABASE "${name}"`);
  } catch (error) {
    if (codeOf(error) !== "42501") throw error;
    const { rows: [{ role }] } = await client.query("SELECT current_user AS role");
    throw new TestDatabaseError(
      `The role ${role}${configuredUrl() ? " of DATABASE_URL" : ""} may not make databases, which each test file ` +
        `needs one of. A superuser gives the right with: ALTER ROLE "${role}" CREATEDB;`,
      { cause: error },
    );
  }
}

/** Marks the database as ours, with its creation time and process. */
export async function describe(client: Client, name: string): Promise<void> {
  const comment = client.escapeLiteral(`${COMMENT}${new Date().toISOString()} by process ${Deno.pid}`);
  await client.query(`COMMENT ON DATABASE "${name}" IS ${comment}`);
}

/** Returns the databases that a process of this machine created, and that still exist. */
export async function databasesOf(client: Client, pid: number = Deno.pid): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database
      WHERE datname LIKE 'test\\_%' AND shobj_description(oid, 'pg_database') LIKE $1 ORDER BY datname`,
    [`${COMMENT}% by process ${pid}`],
  );
  return rows.map(({ name }) => name);
}

/** Drops databases of killed test runs, and spare ones, a day after they were created or taken. */
export async function dropAbandoned(client: Client, server: string): Promise<void> {
  const before = new Date(Date.now() - ABANDONED_AFTER_MILLISECONDS).toISOString();
  const { rows: abandoned } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database
      WHERE datname LIKE 'test\\_%' AND pg_has_role(datdba, 'MEMBER')
        AND starts_with(shobj_description(oid, 'pg_database'), $1)
        AND substr(shobj_description(oid, 'pg_database'), $2) < $3 COLLATE "C"`,
    [COMMENT, COMMENT.length + 1, before],
  );
  // another file may be dropping the same one
  for (const { name } of abandoned) await dropTestDatabase(server, name).catch(() => {});
}

/**
 * Drops a database and terminates its connections.
 * @param server URL of the server.
 */
export async function dropTestDatabase(server: string, name: string): Promise<void> {
  await withClient(server, async (client) => {
    try {
      await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    } catch (error) {
      // FORCE needs a superuser to end an autovacuum worker; a plain DROP asks it to stop, and waits
      if (codeOf(error) !== "42501") throw error;
      await client.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity " +
          "WHERE datname = $1 AND backend_type = 'client backend'",
        [name],
      );
      await client.query(`DROP DATABASE IF EXISTS "${name}"`);
    }
  });
}
