import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Generated, type Kysely, sql } from "kysely";
import { testDatabase } from "../workbook/test_database.ts";
import { createEngine, type Engine, type EngineOptions } from "../engine/engine.ts";
import { DatabaseError, SerializationError, UniqueViolationError } from "../engine/errors.ts";
import { Server } from "../engine/testing/server.ts";
import { EngineUrl } from "../engine/url.ts";

interface Shop {
  heroes: { id: Generated<number>; name: string; joined: Generated<Date> };
}

const database = testDatabase(import.meta.url);

for (const driver of ["pg", "postgres", "libpq"] as const) {
  const test = (
    name: string,
    run: (db: Kysely<Shop>, context: { engine: Engine; sent: string[]; server: Server }) => Promise<void>,
    options: EngineOptions = {},
  ) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await using server = new Server(url);
      await server.run(`
        DROP TABLE IF EXISTS heroes;
        CREATE TABLE heroes (id int GENERATED ALWAYS AS IDENTITY, name text UNIQUE, joined timestamptz DEFAULT now())`);
      await using engine = createEngine(EngineUrl.parse(url).withDriver(driver), { poolSize: 2, ...options });
      const sent: string[] = [];
      engine.events.on("query", ({ sql }) => sent.push(sql));
      await run(engine.kysely<Shop>(), { engine, sent, server });
      assertEquals(engine.poolStatus.held, 0);
    });

  test("kysely: insert, select, update and delete, each for itself", async (db, { sent }) => {
    const inserted = await db.insertInto("heroes").values([{ name: "sandy" }, { name: "gary" }]).returning("id")
      .execute();
    assertEquals(inserted, [{ id: 1 }, { id: 2 }]);
    const hero = await db.selectFrom("heroes").selectAll().where("name", "=", "sandy").executeTakeFirstOrThrow();
    assertEquals([hero.id, hero.name, hero.joined instanceof Date], [1, "sandy", true]);
    const added = await db.insertInto("heroes").values({ name: "patrick" }).executeTakeFirst();
    assertEquals(added.numInsertedOrUpdatedRows, 1n);
    const updated = await db.updateTable("heroes").set({ joined: new Date(0) }).where("id", "<", 3).executeTakeFirst();
    assertEquals(updated.numUpdatedRows, 2n);
    const deleted = await db.deleteFrom("heroes").where("name", "=", "nobody").executeTakeFirst();
    assertEquals(deleted.numDeletedRows, 0n);
    assertEquals(sent.length, 5);
    assertEquals(sent.filter((text) => /BEGIN|COMMIT/.test(text)), []);
  });

  test("kysely: raw SQL", async (db) => {
    const { rows, numAffectedRows } = await sql<{ n: number }>`SELECT ${7}::int AS n`.execute(db);
    assertEquals([rows, numAffectedRows], [[{ n: 7 }], undefined]);
    const insert = sql`INSERT INTO heroes (name) VALUES ('gary'), ('larry')`;
    assertEquals((await insert.execute(db)).numAffectedRows, 2n);
  });

  test("kysely: a transaction commits, or rolls back and passes the error on", async (db, { sent, server }) => {
    await db.transaction().execute((trx) => trx.insertInto("heroes").values({ name: "sandy" }).execute());
    assertEquals([sent[0], sent.at(-1)], ["BEGIN", "COMMIT"]);
    class Mine extends Error {}
    const work = db.transaction().execute(async (trx) => {
      await trx.insertInto("heroes").values({ name: "gary" }).execute();
      throw new Mine();
    });
    await assertRejects(() => work, Mine);
    assertEquals(sent.at(-1), "ROLLBACK");
    assertEquals(await server.run("SELECT name FROM heroes"), ["sandy"]);
  });

  test("kysely: isolation level and access mode of a transaction", async (db, { sent }) => {
    const level = await db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(
      async (trx) => (await sql<{ transaction_isolation: string }>`SHOW transaction_isolation`.execute(trx)).rows[0],
    );
    assertEquals(level, { transaction_isolation: "repeatable read" });
    assertEquals(sent[0], "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await assertRejects(
      () => db.transaction().setIsolationLevel("snapshot").execute(() => Promise.resolve()),
      RangeError,
      '"SNAPSHOT"',
    );
  });

  test("kysely: the engine's own isolation level and readOnly hold", async (db, { engine }) => {
    const { rows: [row] } = await db.transaction().execute((trx) =>
      sql`SELECT current_setting('transaction_isolation') AS level, current_setting('transaction_read_only') AS ro`
        .execute(trx)
    );
    assertEquals(row, { level: "serializable", ro: "on" });
    await assertRejects(() => db.insertInto("heroes").values({ name: "x" }).execute(), DatabaseError, "read-only");
    assertEquals(engine.poolStatus.held, 0);
  }, { isolationLevel: "SERIALIZABLE", readOnly: true });

  test("kysely: savepoints", async (db, { sent, server }) => {
    const trx = await db.startTransaction().execute();
    await trx.insertInto("heroes").values({ name: "sandy" }).execute();
    const after = await trx.savepoint('odd "name"').execute();
    await assertRejects(() => after.insertInto("heroes").values({ name: "sandy" }).execute(), UniqueViolationError);
    await after.rollbackToSavepoint('odd "name"').execute();
    await after.releaseSavepoint('odd "name"').execute();
    await trx.commit().execute();
    assertEquals(await server.run("SELECT name FROM heroes"), ["sandy"]);
    assert(sent.includes('ROLLBACK TO SAVEPOINT "odd ""name"""'));
  });

  test("kysely: its errors are the engine's", async (db, { server }) => {
    await server.run("INSERT INTO heroes (name) VALUES ('sandy')");
    const error = await assertRejects(
      () => db.insertInto("heroes").values({ name: "sandy" }).execute(),
      UniqueViolationError,
    );
    assertEquals(error.constraint, "heroes_name_key");
    const racing = db.transaction().setIsolationLevel("repeatable read").execute(async (trx) => {
      await trx.selectFrom("heroes").selectAll().execute();
      await server.run("UPDATE heroes SET joined = now()");
      await trx.updateTable("heroes").set({ name: "gary" }).execute();
    });
    await assertRejects(() => racing, SerializationError);
  });

  test("kysely: a compiled query runs on a connection too", async (db, { engine }) => {
    await using connection = await engine.connect();
    await connection.execute(db.insertInto("heroes").values({ name: "sandy" }));
    const result = await connection.execute(db.selectFrom("heroes").select("name").where("name", "=", "sandy"));
    assertEquals(result.scalarOne(), "sandy");
    await connection.close();
  });

  test("kysely: destroy() leaves the engine's pool alone", async (db, { engine }) => {
    await db.selectFrom("heroes").selectAll().execute();
    await db.destroy();
    await using connection = await engine.connect();
    await connection.close();
  });
}
