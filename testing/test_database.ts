/**
 * A database of its own for each test file.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { basename } from "node:path";
import { type Client, codeOf, withClient } from "../workbook/admin_client.ts";
import { withDatabase } from "../workbook/connection_url.ts";
import { configuredUrl, databaseUrl } from "../workbook/database_url.ts";
import { keepAsSpare, takeSpare } from "./spare_database.ts";

/** Registers tests that need a database. */
export interface TestDatabase {
  /**
   * Registers a test. Without the permissions for a database it is registered as ignored, with the reason in its name.
   *
   * @param run Gets the URL of this file's database, without driver, which all tests of the file share.
   */
  test(name: string, run: (url: string, t: Deno.TestContext) => void | Promise<void>): void;
}

/** The database for the tests cannot be made; the message says which right is missing and how to give it. */
export class TestDatabaseError extends Error {
  override readonly name = "TestDatabaseError";
}

/** The comment on our databases: it tells them from others, and how old they are. */
const COMMENT = "a database of the workbook's tests, made at ";
const ABANDONED_AFTER_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Gives a test file a database, empty before its first test and gone after its last, also when tests fail. Nothing
 * happens before the first test runs. On the local server the next file takes over what is left of it.
 *
 * ```ts ignore
 * const database = testDatabase(import.meta.url);
 * database.test("an insert is counted", async (url) => { … });
 * ```
 *
 * @param moduleUrl `import.meta.url` of the test file; the database is named after it.
 */
export function testDatabase(moduleUrl: string): TestDatabase {
  let made: Promise<{ server: string; name: string }> | undefined;
  Deno.test.afterAll(async () => {
    const database = await made?.catch(() => undefined); // its test has already failed with the reason
    if (!database) return;
    const isKept = !configuredUrl() && await keepAsSpare(database.server, database.name);
    if (!isKept) await dropTestDatabase(database.server, database.name);
  });
  return {
    test(name, run) {
      if (!mayUseDatabase()) {
        Deno.test({ name: `${name} [needs the database: deno test -P lib]`, ignore: true, fn: () => {} });
        return;
      }
      Deno.test(name, async (t) => {
        made ??= makeOwnDatabase(databaseName(moduleUrl));
        const { server, name } = await made;
        await run(withDatabase(server, name), t);
      });
    },
  };
}

/** Whether everything that starting, finding and using a server takes is allowed. */
export function mayUseDatabase(): boolean {
  const needed = ["net", "run", "env", "read", "write", "sys"] as const;
  return needed.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

/** For example `test_pool_3f9a1c22`, for `…/pool_test.ts`. */
export function databaseName(moduleUrl: string, random: string = crypto.randomUUID().slice(0, 8)): string {
  const file = basename(fileURLToPath(moduleUrl)).replace(/(_test)?\.\w+$/, "");
  return `test_${file.toLowerCase().replace(/[^a-z0-9]+/g, "_").slice(0, 40)}_${random}`;
}

/** A database for a test file, in which a deadlock is noticed at once: the server's own second is waited for in vain. */
async function makeOwnDatabase(name: string): Promise<{ server: string; name: string }> {
  const server = await databaseUrl();
  await withClient(server, async (client) => {
    if (configuredUrl() || !await takeSpare(client, name)) await create(client, name);
    await describe(client, name);
    // not every role may; then tests of deadlocks take longer
    await client.query(`ALTER DATABASE "${name}" SET deadlock_timeout = '100ms'`).catch(() => {});
    await dropAbandoned(client, server);
  });
  return { server, name };
}

/**
 * Makes a database that is dropped a day later by whoever makes the next one, if its maker does not do so.
 *
 * @param name begins with `test_`; see `databaseName`.
 * @returns the URL of the server, and the name.
 * @throws {TestDatabaseError} when the role may not.
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

async function create(client: Client, name: string): Promise<void> {
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

async function describe(client: Client, name: string): Promise<void> {
  const comment = client.escapeLiteral(COMMENT + new Date().toISOString());
  await client.query(`COMMENT ON DATABASE "${name}" IS ${comment}`);
}

/** Drops databases of test runs that were killed, and spare ones, a day after they were made or taken. */
async function dropAbandoned(client: Client, server: string): Promise<void> {
  const before = new Date(Date.now() - ABANDONED_AFTER_MILLISECONDS).toISOString();
  const { rows: abandoned } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database
      WHERE datname LIKE 'test\\_%' AND pg_has_role(datdba, 'MEMBER')
        AND starts_with(shobj_description(oid, 'pg_database'), $1)
        AND substr(shobj_description(oid, 'pg_database'), $2) < $3 COLLATE "C"`,
    [COMMENT, COMMENT.length + 1, before],
  );
  // Another file may be dropping the same one at this moment.
  for (const { name } of abandoned) await dropTestDatabase(server, name).catch(() => {});
}

/** Drops a database and ends the connections to it. @param server URL of the server. */
export async function dropTestDatabase(server: string, name: string): Promise<void> {
  await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
}
