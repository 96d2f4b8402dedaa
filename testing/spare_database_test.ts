import { assertEquals } from "@std/assert";
import { withClient } from "../workbook/admin_client.ts";
import { withDatabase } from "../workbook/connection_url.ts";
import { configuredUrl } from "../workbook/database_url.ts";
import { keepAsSpare, takeSpare } from "./spare_database.ts";
import { databaseName, dropTestDatabase, makeTestDatabase } from "../workbook/temporary_database.ts";
import { testDatabase } from "./test_database.ts";

const database = testDatabase(import.meta.url);

/** Registers a test that gets a database of its own, which is dropped at the end; on the local server only. */
function test(name: string, run: (server: string, name: string) => Promise<void>): void {
  database.test(name, async () => {
    if (configuredUrl()) return; // there nothing is kept
    const own = await makeTestDatabase(databaseName(import.meta.url));
    try {
      await run(own.server, own.name);
    } finally {
      await dropTestDatabase(own.server, own.name);
    }
  });
}

/** Properties that distinguish databases: settings, privileges on `public`, and user-created objects. */
async function digest(server: string, name: string): Promise<unknown[]> {
  return await withClient(withDatabase(server, name), async (client) => {
    const { rows } = await client.query(
      `SELECT current_setting('work_mem') AS setting, nspacl::text AS rights, nspowner::regrole::text AS owner,
              obj_description(pg_namespace.oid) AS comment, (SELECT count(*) FROM pg_class WHERE oid >= 16384) AS tables,
              (SELECT count(*) FROM pg_proc WHERE oid >= 16384) AS functions, (SELECT count(*) FROM pg_namespace) AS schemas
         FROM pg_namespace WHERE nspname = 'public'`,
    );
    return rows;
  });
}

test("what a test file made is gone when the next one takes its database", async (server, name) => {
  const fresh = await digest(server, name);
  await withClient(withDatabase(server, name), async (client) => {
    await client.query(
      `CREATE TABLE heroes (id integer PRIMARY KEY); CREATE SCHEMA other; CREATE TYPE other.mood AS ENUM ();
      CREATE FUNCTION other.one() RETURNS integer RETURN 1; ALTER DATABASE "${name}" SET work_mem = '1MB';
      GRANT CREATE ON SCHEMA public TO PUBLIC`,
    );
    assertEquals(await keepAsSpare(server, name, `${name}_`), true); // ends this connection, too
  });
  await withClient(server, async (client) => {
    assertEquals(await takeSpare(client, name, `${name}_`), true);
    assertEquals(await takeSpare(client, `${name}_2`, `${name}_`), false);
  });
  assertEquals(await digest(server, name), fresh);
});

for (
  const [what, sql] of [
    ["an object without a schema", "CREATE PUBLICATION news"],
    ["rights on the database", "GRANT CREATE ON DATABASE CURRENT TO PUBLIC"],
  ]
) {
  test(`one that is not as a new one is not kept: ${what}`, async (server, name) => {
    await withClient(withDatabase(server, name), (client) => client.query(sql.replace("CURRENT", `"${name}"`)));
    assertEquals(await keepAsSpare(server, name, `${name}_`), false);
  });
}
