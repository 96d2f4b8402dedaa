/**
 * How often the client waits for the server; what was prepared before.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { sql } from "kysely";
import { testDatabase } from "../../testing/test_database.ts";
import type { Connection } from "./connection.ts";
import { createEngine, type EngineOptions } from "./engine.ts";
import { RoundTripCounter } from "../../workbook/network/round_trips.ts";
import { EngineUrl } from "./url.ts";

const database = testDatabase(import.meta.url);
const READ = "SELECT $1::int AS n";

for (const driver of ["pg", "postgres", "wire"] as const) {
  const test = (
    name: string,
    expected: number,
    work: (connection: Connection) => Promise<unknown>,
    options: EngineOptions = {},
  ) =>
    database.test(`${driver}: ${name}: round trips: ${expected}`, async (url) => {
      await using counter = new RoundTripCounter(EngineUrl.parse(url).withDriver(driver));
      await using engine = createEngine(counter.url, { poolSize: 1, maxOverflow: 0, ...options });
      await using connection = await engine.connect();
      await connection.execute(READ, [1]); // prepares it
      await connection.rollback();
      assertEquals(await counter.during(() => work(connection)), expected);
    });

  test("the first statement brings its BEGIN along", 1, (connection) => connection.execute(READ, [2]));

  test("BEGIN, a statement, COMMIT", 2, async (connection) => {
    await connection.execute(READ, [2]);
    await connection.commit();
  });

  test(
    "a statement and COMMIT started together",
    1,
    (connection) => Promise.all([connection.execute(READ, [2]), connection.commit()]),
  );

  test("BEGIN, ten statements and COMMIT started together", 1, (connection) =>
    Promise.all([
      ...Array.from({ length: 10 }, (_, i) => connection.execute(READ, [i])),
      connection.commit(),
    ]));

  test("BEGIN, ten statements one after the other, COMMIT", 11, async (connection) => {
    for (let i = 0; i < 10; i++) await connection.execute(READ, [i]);
    await connection.commit();
  });

  test("AUTOCOMMIT: a statement", 1, (connection) => connection.execute(READ, [2]), { isolationLevel: "AUTOCOMMIT" });

  test("closing with an open transaction", 2, async (connection) => {
    await connection.execute(READ, [2]);
    await connection.close(); // ROLLBACK
  });

  database.test(`${driver}: engine.begin() with one statement: round trips: 2`, async (url) => {
    await using counter = new RoundTripCounter(EngineUrl.parse(url).withDriver(driver));
    await using engine = createEngine(counter.url);
    const work = () => engine.begin((connection) => connection.execute(READ, [1]));
    await work();
    assertEquals(await counter.during(work), 2);
  });

  database.test(`${driver}: a transaction of Kysely with two statements: round trips: 4`, async (url) => {
    await using counter = new RoundTripCounter(EngineUrl.parse(url).withDriver(driver));
    await using engine = createEngine(counter.url);
    const db = engine.kysely({ log: () => {} });
    const work = () =>
      db.transaction().execute(async (trx) => {
        for (const n of [1, 2]) await sql`SELECT ${n}::int AS n`.execute(trx);
      });
    await work();
    assertEquals(await counter.during(work), 4); // Kysely itself waits for BEGIN
  });

  database.test(`${driver}: a checkout from the idle pool: round trips: 0, with pre-ping 1`, async (url) => {
    for (const poolPrePing of [false, true]) {
      await using counter = new RoundTripCounter(EngineUrl.parse(url).withDriver(driver));
      await using engine = createEngine(counter.url, { poolPrePing });
      const checkout = async () => await (await engine.connect()).close();
      await checkout();
      assertEquals(await counter.during(checkout), poolPrePing ? 1 : 0);
    }
  });
}

/** The first use of a statement with parameters: npm postgres asks for their types before it sends them. */
const FIRST_USE = { pg: 1, postgres: 2, wire: 1 };

for (const driver of ["pg", "postgres", "wire"] as const) {
  database.test(`${driver}: the first use of a statement: round trips: ${FIRST_USE[driver]}`, async (url) => {
    await using counter = new RoundTripCounter(EngineUrl.parse(url).withDriver(driver));
    await using engine = createEngine(counter.url);
    await using connection = await engine.connect();
    await connection.execute("SELECT 1");
    assertEquals(await counter.during(() => connection.execute(READ, [1])), FIRST_USE[driver]);
  });
}
