import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AbortedTransactionError,
  CamelCasePlugin,
  type Generated,
  type Kysely,
  type LogEvent,
  PostgresAdapter,
  sql,
} from "kysely";
import { Migrator } from "kysely/migration";
import { WAYS } from "../../../testing/ways.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { SecondUnitOfWorkError } from "../drivers/libpq/one_unit_of_work.ts";
import { createEngine, type Engine, type EngineOptions } from "../engine.ts";
import {
  ConnectionLostError,
  DatabaseError,
  FailedTransactionError,
  LockTimeoutError,
  SerializationError,
  StatementCancelledError,
  UniqueViolationError,
} from "../errors.ts";
import { Server } from "../../../testing/server.ts";
import { until } from "../../../testing/until.ts";
import { EngineUrl } from "../url.ts";
import { MigrationLockAdapter } from "./migration_lock_adapter.ts";

interface Shop {
  heroes: { id: Generated<number>; name: string; joined: Generated<Date> };
}

const database = testDatabase(import.meta.url);

class Enough extends Error {}

for (const { name: way, driver, options, blocks } of WAYS) {
  const test = (
    name: string,
    run: (db: Kysely<Shop>, context: { engine: Engine; sent: string[]; server: Server }) => Promise<void>,
    more: EngineOptions = {},
  ) =>
    database.test(`${way}: ${name}`, async (url) => {
      await using server = new Server(url);
      await server.run(`
        DROP TABLE IF EXISTS heroes;
        CREATE TABLE heroes (id int GENERATED ALWAYS AS IDENTITY, name text UNIQUE, joined timestamptz DEFAULT now())`);
      await using engine = createEngine(EngineUrl.parse(url).withDriver(driver), {
        poolSize: 2,
        ...options,
        ...more,
      });
      const sent: string[] = [];
      engine.events.on("query", ({ sql }) => sent.push(sql));
      await run(engine.kysely<Shop>(), { engine, sent, server });
      // Kysely gives the connection of an aborted query back when that has ended
      await until("all connections are back", () => engine.poolStatus.held === 0);
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
    const error = await assertRejects(() => db.insertInto("heroes").values({ name: "x" }).execute(), DatabaseError);
    assertEquals(error.sqlstate, "25006");
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
    assert(sent.includes('rollback to "odd ""name"""'));
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

  test("kysely: its log sees the steps of a transaction and the savepoints", async (_, { engine }) => {
    const seen: string[] = [];
    const log = ({ level, query }: LogEvent) => void seen.push(`${level}: ${query.sql}`);
    const db = engine.kysely<Shop>({ log });
    await db.transaction().execute((trx) => sql`select 1`.execute(trx));
    assertEquals(seen.splice(0), ["query: begin", "query: select 1", "query: commit"]);
    const trx = await db.startTransaction().setIsolationLevel("serializable").setAccessMode("read write").execute();
    const inner = await trx.savepoint("here").execute();
    await assertRejects(() => sql`select missing`.execute(inner), DatabaseError, "missing");
    await inner.rollbackToSavepoint("here").execute();
    await inner.releaseSavepoint("here").execute();
    await trx.rollback().execute();
    assertEquals(seen, [
      "query: start transaction isolation level serializable read write",
      'query: savepoint "here"',
      "error: select missing",
      'query: rollback to "here"',
      'query: release "here"',
      "query: rollback",
    ]);
  });

  test("kysely: its plugins, such as names in camel case", async (_, { engine, server }) => {
    const db = engine.kysely<{ heroes: { firstName: string } }>({ plugins: [new CamelCasePlugin()] });
    await server.run("ALTER TABLE heroes RENAME name TO first_name");
    await db.insertInto("heroes").values({ firstName: "sandy" }).execute();
    assertEquals(await db.selectFrom("heroes").select("firstName").execute(), [{ firstName: "sandy" }]);
  });

  test(
    "kysely: a COMMIT that the server answers with ROLLBACK: Kysely's error, and the connection is back",
    async (db, { engine, sent }) => {
      const trx = await db.startTransaction().execute();
      const failure = await assertRejects(() => sql`select missing`.execute(trx), DatabaseError);
      const error = await assertRejects(() => trx.commit().execute(), AbortedTransactionError);
      assertInstanceOf(error.cause, FailedTransactionError);
      assertEquals([error.cause.cause, trx.isRolledBack, engine.poolStatus.held], [failure, true, 0]);
      const work = db.transaction().execute((trx) => sql`select missing`.execute(trx).catch(() => {}));
      await assertRejects(() => work, AbortedTransactionError);
      assertEquals(sent.slice(-3), ["BEGIN", "select missing", "COMMIT"]);
    },
  );

  test("kysely: a COMMIT that fails: nothing is sent after it", async (db, { sent, server }) => {
    await server.run("ALTER TABLE heroes ADD CONSTRAINT once UNIQUE (joined) DEFERRABLE INITIALLY DEFERRED");
    const seen = sent.length;
    const twice = db.transaction().execute((trx) =>
      trx.insertInto("heroes").values([{ name: "a", joined: new Date(0) }, { name: "b", joined: new Date(0) }])
        .execute()
    );
    await assertRejects(() => twice, UniqueViolationError);
    assertEquals(sent.slice(seen).map((text) => text.split(" ")[0]), ["BEGIN", "insert", "COMMIT"]);
  });

  test(
    "kysely: streams of INSERT, UPDATE and DELETE … RETURNING, and of a SELECT around one",
    async (db, { sent, server }) => {
      const read = async <Row>(rows: AsyncIterable<Row>) => {
        const all: Row[] = [];
        for await (const row of rows) all.push(row);
        return all;
      };
      const names = ["a", "b", "c", "d", "e"];
      const insert = db.insertInto("heroes").values(names.map((name) => ({ name }))).returning("name");
      assertEquals(await read(insert.stream(2)), names.map((name) => ({ name })));
      const update = db.updateTable("heroes").set({ joined: new Date(0) }).where("name", "<", "c").returning(["id"]);
      assertEquals(await read(update.stream({ chunkSize: 1 })), [{ id: 1 }, { id: 2 }]);
      const moved = db.with("gone", (qb) => qb.deleteFrom("heroes").where("name", "=", "a").returning("name"))
        .selectFrom("gone").selectAll();
      assertEquals(await read(moved.stream()), [{ name: "a" }]);
      const merge = db.mergeInto("heroes").using(
        sql<{ was: string }>`(values ('b'))`.as<"v">(sql`v(was)`),
        (join) => join.onRef("v.was", "=", "heroes.name"),
      ).whenMatched().thenUpdateSet({ name: "z" });
      assertEquals((await merge.executeTakeFirstOrThrow()).numChangedRows, 1n);
      // carried out whole with the first chunk: who leaves early has changed all the same
      for await (const { name } of db.deleteFrom("heroes").returning("name").stream(1)) {
        assert(["c", "d", "e", "z"].includes(name));
        break;
      }
      assertEquals(await server.run("SELECT name FROM heroes"), []);
      assertEquals(
        sent.map((text) => text.split(" ")[0]),
        ["insert", "update", "with", "merge", "delete"],
      );
      await assertRejects(() => read(insert.stream(0)), RangeError, "chunkSize");
    },
  );

  if (blocks) {
    test("kysely: an abort is not heard while the thread is blocked: the query runs to its end", async (db) => {
      const signal = AbortSignal.timeout(1);
      const slept = await sql<{ n: number }>`select 1 as n from pg_sleep(0.05)`.execute(db, { signal });
      assertEquals(slept.rows, [{ n: 1 }]);
    });
  } else {
    for (
      const [strategy, expected] of [["cancel query", StatementCancelledError], [
        "kill session",
        ConnectionLostError,
      ]] as const
    ) {
      test(
        `kysely: inflightQueryAbortStrategy "${strategy}", also where the pool has no other connection`,
        async (db, { engine, server }) => {
          const ended: (Error | undefined)[] = [];
          engine.events.on("query", ({ sql, error }) => sql.includes("pg_sleep") && ended.push(error));
          const pid = async (db: Kysely<Shop>) =>
            (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0].pid;
          const sleeping = await pid(db);
          const controller = new AbortController();
          const options = { signal: controller.signal, inflightQueryAbortStrategy: strategy };
          const answer = sql`select pg_sleep(600)`.execute(db, options);
          await server.untilSleeping(sleeping);
          controller.abort(new Enough());
          await assertRejects(() => answer, Enough);
          await until("it has ended on the server too", () => ended.length === 1);
          assertInstanceOf(ended[0], expected);
          assert(await pid(db) !== sleeping); // a late request would hit who comes next

          const other = new AbortController();
          const work = db.transaction().execute(async (trx) => {
            await trx.insertInto("heroes").values({ name: "sandy" }).execute();
            const own = await pid(trx as unknown as Kysely<Shop>);
            const slept = sql`select pg_sleep(600)`.execute(trx, { ...options, signal: other.signal });
            await server.untilSleeping(own);
            other.abort(new Enough());
            await slept;
          });
          await assertRejects(() => work, Enough);
          await until("the pool has all back", () => engine.poolStatus.held === 0);
          assertEquals(await server.run("SELECT name FROM heroes"), []);
        },
        { poolSize: 1, maxOverflow: 0 },
      );
    }

    test("kysely: an aborted query that is ignored runs to its end", async (db, { server, engine }) => {
      const controller = new AbortController();
      const { rows: [{ pid }] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      const answer = sql`insert into heroes (name) select 'sandy' from pg_sleep(0.2)`.execute(db, {
        signal: controller.signal,
      });
      await server.untilSleeping(pid);
      controller.abort(new Enough());
      await assertRejects(() => answer, Enough);
      await until("the connection is back", () => engine.poolStatus.held === 0);
      assertEquals(await server.run("SELECT name FROM heroes"), ["sandy"]);
    }, { poolSize: 1, maxOverflow: 0 });
  }

  /** A Migrator with one revision, which waits in the middle until it is let go. */
  const waiting = (db: Kysely<Shop>, disableTransactions: boolean) => {
    const [begun, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const up = async (db: Kysely<unknown>) => {
      await db.schema.alterTable("heroes").addColumn("age", "integer").execute();
      begun.resolve();
      await letGo.promise;
    };
    const provider = { getMigrations: () => Promise.resolve({ first: { up } }) };
    return {
      migrator: new Migrator({ db, provider, disableTransactions }),
      begun: begun.promise,
      letGo: letGo.resolve,
    };
  };
  const forget = "DROP TABLE IF EXISTS kysely_migration, kysely_migration_lock";
  const locks =
    "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

  for (const disableTransactions of [true, false]) {
    const how = disableTransactions ? "without transactions" : "in transactions";
    const isRefused = blocks && !disableTransactions;
    test(
      `kysely: two Migrators at once, ${how}: the second ${isRefused ? "is refused with the reason" : "waits"}`,
      async (db, { server, engine }) => {
        await server.run(forget);
        const { migrator, begun, letGo } = waiting(db, disableTransactions);
        let wanted = 0;
        engine.events.on("send", ({ sql }) => sql.includes("advisory_lock") && wanted++);
        const first = migrator.migrateToLatest();
        await begun;
        const second = migrator.migrateToLatest();
        if (isRefused) assertInstanceOf((await second).error, SecondUnitOfWorkError);
        else await until("the second wants the lock", () => wanted >= 2);
        letGo();
        assertEquals(await first, { results: [{ migrationName: "first", direction: "Up", status: "Success" }] });
        if (!isRefused) assertEquals(await second, { results: [] });
        await until("nobody has the lock", async () => (await server.run(locks))[0] === 0);
        assertEquals(await server.run("SELECT name FROM kysely_migration"), ["first"]);
      },
    );
  }

  test("kysely: the Migrator's lock is Kysely's own, and waiting for it has an end", async (db, { server }) => {
    const options = { lockTable: "", lockRowId: "" };
    await using other = createEngine(server.url);
    await other.kysely().connection().execute(async (holder) => {
      await new PostgresAdapter().acquireMigrationLock(holder, options);
      const adapter = new MigrationLockAdapter(true, 100);
      await assertRejects(() => adapter.acquireMigrationLock(db, options), LockTimeoutError, "for 0.1 s");
      await new PostgresAdapter().releaseMigrationLock(holder, options);
    });
  });

  test("kysely: a lock that cannot be given back ends with its connection", async (db, { server }) => {
    const options = { lockTable: "", lockRowId: "" };
    const { adapter } = db.getExecutor();
    const work = db.connection().execute(async (own) => {
      await adapter.acquireMigrationLock(own, options);
      assertEquals(await server.run(locks), [1]);
      await own.transaction().execute(async (trx) => {
        await sql`select missing`.execute(trx).catch(() => {});
        await adapter.releaseMigrationLock(trx, options);
      });
    });
    await assertRejects(() => work, FailedTransactionError);
    await until("nobody has the lock", async () => (await server.run(locks))[0] === 0);
  });
}
