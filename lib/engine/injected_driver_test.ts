import { assertEquals, assertThrows } from "@std/assert";
import { onDriver } from "../../testing/ways.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { createSyncEngine } from "../sync/sync_engine.ts";
import type { Driver, DriverConnection } from "./driver.ts";
import { loadDriver } from "./drivers/by_name.ts";
import { createEngine } from "./engine.ts";

const database = testDatabase(import.meta.url);

/** Wraps a driver so that each statement is recorded before it is sent. */
function recording(driver: Driver, sent: string[]): Driver {
  return {
    ...driver,
    async connect(settings): Promise<DriverConnection> {
      const connection = await driver.connect(settings);
      const query = connection.query.bind(connection);
      connection.query = (statement) => {
        sent.push(statement.sql);
        return query(statement);
      };
      return connection;
    },
  };
}

for (const name of ["pg", "postgres", "wire", "libpq"] as const) {
  database.test(`${name}: an engine runs on a driver that wraps another one`, async (url) => {
    const sent: string[] = [];
    await using engine = createEngine(url, { driver: recording(await loadDriver(name), sent) });
    const sum = await engine.begin(async (connection) =>
      (await connection.execute("SELECT $1::int + 1", [41])).scalarOne()
    );
    assertEquals(sum, 42);
    assertEquals(sent.slice(-3), ["BEGIN", "SELECT $1::int + 1", "COMMIT"]);
  });
}

database.test("a driver that is passed takes precedence over the one in the URL", async (url) => {
  const sent: string[] = [];
  const driver = recording(await loadDriver("pg"), sent);
  await using engine = createEngine(onDriver(url, "postgres"), { driver });
  await engine.kysely().executeQuery({ sql: "SELECT 1", parameters: [], query: { kind: "RawNode" } } as never);
  assertEquals(sent.at(-1), "SELECT 1");
});

Deno.test("createEngine() rejects an object without connect(); createSyncEngine() rejects any driver", () => {
  const url = "postgresql+libpq://localhost/shop";
  assertThrows(
    () => createEngine(url, { driver: "pg" as never }),
    TypeError,
    'createEngine: driver is "pg"; it must be a driver, which has a method connect().',
  );
  assertThrows(() => createSyncEngine(url, { driver: {} } as never), TypeError, "createSyncEngine: driver is {}");
});
