/**
 * Creates a database per test file.
 *
 * @module
 */
import { withClient } from "../workbook/admin_client.ts";
import { withDatabase } from "../workbook/connection_url.ts";
import { configuredUrl, databaseUrl } from "../workbook/database_url.ts";
import { create, databaseName, describe, dropAbandoned, dropTestDatabase } from "../workbook/temporary_database.ts";
import { keepAsSpare, takeSpare } from "./spare_database.ts";
import { isPermitted } from "./permitted.ts";
import { onDriver } from "./ways.ts";

/** Registers tests that need a database. */
export interface TestDatabase {
  /**
   * Registers a test. Without the permissions for a database it is registered as ignored, with the reason in its name.
   *
   * @param run Gets the URL of this file's database, without driver, which all tests of the file share.
   */
  test(name: string, run: (url: string, t: Deno.TestContext) => void | Promise<void>): void;
}

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
        await run(onWantedDriver(withDatabase(server, name)), t);
      });
    },
  };
}

/** Names the driver of the variable DRIVER, instead of the usual one; tests that name one themselves keep it. */
function onWantedDriver(url: string): string {
  const driver = Deno.env.get("DRIVER");
  return driver ? onDriver(url, driver) : url;
}

/** Returns whether starting, finding and using a server is permitted. */
export function mayUseDatabase(): boolean {
  return isPermitted("net", "run", "env", "read", "write", "sys");
}

/** Creates a database for a test file with a short deadlock_timeout, instead of the server's one second. */
async function makeOwnDatabase(name: string): Promise<{ server: string; name: string }> {
  const server = await databaseUrl();
  await withClient(server, async (client) => {
    if (configuredUrl() || !await takeSpare(client, name)) await create(client, name);
    await describe(client, name);
    // not every role may do this; tests of deadlocks then take longer
    await client.query(`ALTER DATABASE "${name}" SET deadlock_timeout = '100ms'`).catch(() => {});
    await dropAbandoned(client, server);
  });
  return { server, name };
}
