/**
 * Streams, on every driver: cursors that are opened, read a partition ahead, and closed whatever happens.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { AnswerTimeoutError, createEngine, createSyncEngine, DatabaseError } from "../mod.ts";
import { type Engine, select } from "../mod.ts";
import { Server } from "../../testing/server.ts";
import { selectinload, sessionmaker, syncSessionmaker, TransactionStateError } from "../mod.ts";
import { metadata, Score, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { emptyTables } from "../../testing/empty_tables.ts";
import { onDriver, WAYS } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);
const NUMBERS = "SELECT n FROM generate_series(1, $1::int) AS n";

interface Fixture {
  engine: Engine;
  /** The statements sent, but for their parameters. */
  sent: string[];
  url: string;
}

for (const { name: way, driver, options } of WAYS) {
  const test = (name: string, run: (fixture: Fixture) => Promise<void>) =>
    database.test(`${way}: ${name}`, async (plain) => {
      const url = onDriver(plain, driver);
      await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, ...options });
      await engine.begin((connection) => emptyTables(connection, metadata));
      const sent: string[] = [];
      engine.events.on("query", ({ sql }) => sent.push(sql));
      await run({ engine, sent, url });
      assertEquals(engine.poolStatus.held, 0);
    });

  test("rows one by one, in order; the transaction stays open", async ({ engine, sent }) => {
    await using connection = await engine.connect();
    const numbers: number[] = [];
    for await (const { n } of connection.stream<{ n: number }>(NUMBERS, [2_500])) numbers.push(n);
    assertEquals(numbers, Array.from({ length: 2_500 }, (_, index) => index + 1));
    assertEquals(connection.inTransaction, true);
    const fetch = "FETCH FORWARD 250 FROM stream_1";
    const declare = `DECLARE stream_1 NO SCROLL CURSOR FOR ${NUMBERS}`;
    assertEquals(sent, ["BEGIN", declare, ...Array(11).fill(fetch), "CLOSE stream_1"]);
  });

  test("partitions: all but the last are full, none is empty", async ({ engine, sent }) => {
    await using connection = await engine.connect();
    const sizes = async (count: number, size: number) => {
      sent.length = 0;
      const lengths: number[] = [];
      for await (const rows of connection.stream(NUMBERS, [count]).partitions(size)) lengths.push(rows.length);
      return [lengths, sent.filter((sql) => sql.startsWith("FETCH")).length];
    };
    assertEquals(await sizes(5, 2), [[2, 2, 1], 3]);
    assertEquals(await sizes(4, 2), [[2, 2], 3]);
    assertEquals(await sizes(0, 2), [[], 1]);
    for (const size of [0, -1, 1.5, NaN]) {
      assertThrows(() => connection.stream(NUMBERS, [1]).partitions(size), RangeError);
    }
  });

  test("left early: one partition is on its way, no more, and the cursor is closed", async ({ engine, sent }) => {
    await using connection = await engine.connect();
    for await (const { n } of connection.stream<{ n: number }>(NUMBERS, [1_000_000])) if (n === 3) break;
    assertEquals(sent.map((sql) => sql.split(" ")[0]).slice(0, 3), ["BEGIN", "DECLARE", "FETCH"]);
    assertEquals(sent.slice(3).toSorted(), ["CLOSE stream_1", "FETCH FORWARD 250 FROM stream_1"]);
    const open = await connection.execute("SELECT count(*)::int FROM pg_cursors WHERE name LIKE 'stream%'");
    assertEquals(open.scalar(), 0);
    await assertRejects(
      async () => {
        for await (const _ of connection.stream(NUMBERS, [5_000])) throw new RangeError("of the loop");
      },
      RangeError,
      "of the loop",
    );
    assertEquals((await connection.execute("SELECT 1")).scalar(), 1); // the transaction goes on
  });

  test("who reads slowly is not flooded", async ({ engine, sent }) => {
    await using connection = await engine.connect();
    const pages = connection.stream(NUMBERS, [10_000]).partitions(10);
    await pages.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(sent.filter((sql) => sql.startsWith("FETCH")).length <= 2, true);
    await pages.return();
  });

  test("streams side by side and in each other, and statements in between", async ({ engine, sent }) => {
    await using connection = await engine.connect();
    const pairs: number[][] = [];
    for await (const { n } of connection.stream<{ n: number }>(NUMBERS, [2])) {
      for await (const { n: m } of connection.stream<{ n: number }>(NUMBERS, [2])) pairs.push([n, m]);
      assertEquals((await connection.execute("SELECT $1::int", [n])).scalar(), n);
    }
    assertEquals(pairs, [[1, 1], [1, 2], [2, 1], [2, 2]]);
    assertEquals(new Set(sent.filter((sql) => sql.startsWith("CLOSE"))), new Set(["CLOSE stream_2", "CLOSE stream_1"]));
  });

  test("AUTOCOMMIT: a stream has a transaction of its own, so has one of Kysely", async ({ engine, sent }) => {
    {
      await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
      for await (const _ of connection.stream(NUMBERS, [1])) assertEquals(connection.inTransaction, true);
      assertEquals([connection.inTransaction, sent.at(0), sent.at(-1)], [false, "BEGIN", "COMMIT"]);
      for await (const _ of connection.stream(NUMBERS, [1])) break;
      assertEquals([connection.inTransaction, sent.at(-1)], [false, "COMMIT"]);
      await assertRejects(() => connection.stream("SELECT missing").partitions().next(), DatabaseError, "missing");
      assertEquals([connection.inTransaction, sent.at(-1)], [false, "ROLLBACK"]);
    }
    sent.length = 0;
    const db = engine.kysely<{ pg_type: { typname: string; oid: number } }>();
    const names: string[] = [];
    const types = db.selectFrom("pg_type").select("typname").where("oid", "in", [16, 23, 25]).orderBy("oid");
    for await (const { typname } of types.stream(2)) names.push(typname);
    assertEquals(names, ["bool", "int4", "text"]);
    const words = sent.map((sql) => sql.split(" ")[0]);
    assertEquals(words, ["BEGIN", "DECLARE", "FETCH", "FETCH", "CLOSE", "COMMIT"]);
    await db.transaction().execute(async (trx) => {
      for await (const { typname } of trx.selectFrom("pg_type").select("typname").stream()) names.push(typname);
    });
    assertEquals(sent.filter((sql) => sql.startsWith("BEGIN")).length, 2);
  });

  test("errors: wrong SQL, one in a later row, a transaction that ends before the loop", async ({ engine }) => {
    await using connection = await engine.connect();
    const read = async (sql: string, parameters?: unknown[]) => {
      const numbers = [];
      for await (const row of connection.stream(sql, parameters).partitions(2)) numbers.push(row);
      return numbers;
    };
    await assertRejects(() => read("SELECT missing"), DatabaseError, 'column "missing" does not exist');
    await connection.rollback();
    await assertRejects(() => read("SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n"), DatabaseError, "by zero");
    await connection.rollback();
    await assertRejects(
      async () => {
        for await (const _ of connection.stream(NUMBERS, [5]).partitions(2)) await connection.commit();
      },
      TransactionStateError,
      "A stream cannot outlive its transaction",
    );
    assertEquals(connection.inTransaction, false);
    assertEquals((await read(NUMBERS, [1])).length, 1);
  });

  test("an AbortSignal ends the loop", async ({ engine }) => {
    await using connection = await engine.connect();
    const controller = new AbortController();
    const seen: unknown[] = [];
    await assertRejects(
      async () => {
        const stream = connection.stream(NUMBERS, [5_000], { signal: controller.signal });
        for await (const rows of stream.partitions(1_000)) {
          seen.push(rows.length);
          controller.abort(new RangeError("enough"));
        }
      },
      RangeError,
      "enough",
    );
    assertEquals(seen, [1_000]);
    await connection.rollback();
    for (let time = 0; time < 2; time++) { // aborted where the server had nothing to do: the transaction goes on
      const other = new AbortController();
      await assertRejects(
        async () => {
          for await (const _ of connection.stream(NUMBERS, [5], { signal: other.signal })) {
            other.abort(new RangeError("now"));
          }
        },
        RangeError,
        "now",
      );
    }
    assertEquals((await connection.execute("SELECT 1")).scalar(), 1);
  });

  test("objects pass through the session: clean ones are forgotten, the others stay", async ({ engine }) => {
    const getSession = sessionmaker(engine);
    const scores = Array.from({ length: 5 }, (_, round) => new Score({ game: "chess", round, points: round }));
    await getSession.begin((session) => session.addAll(scores));
    await using session = getSession();
    const known = await session.getOne(Score, { game: "chess", round: 1 });
    const seen: Score[] = [];
    for await (const page of session.streamScalars(select(Score).orderBy("round")).partitions(2)) {
      seen.push(...page);
      if (seen.length === 2) assertStrictEquals(page[1], known);
      for (const score of page) if (score.round === 2) score.points = 20;
    }
    assertEquals(seen.map(({ round }) => round), [0, 1, 2, 3, 4]);
    assertEquals([...session.dirty], [seen[2]]);
    assertStrictEquals(await session.get(Score, { game: "chess", round: 1 }), known);
    assertStrictEquals(await session.get(Score, { game: "chess", round: 2 }), seen[2]);
    assertEquals(await session.get(Score, { game: "chess", round: 3 }) === seen[3], false);
    await session.commit();
    assertEquals((await session.execute("SELECT points FROM scores WHERE round = 2")).scalar(), 20);
  });

  test("a rollback after a stream: what stayed is what it was, savepoints too", async ({ engine }) => {
    const getSession = sessionmaker(engine);
    const scores = Array.from({ length: 4 }, (_, round) => new Score({ game: "go", round, points: 0 }));
    await getSession.begin((session) => session.addAll(scores));
    await using session = getSession();
    const first = await session.getOne(Score, { game: "go", round: 0 });
    const savepoint = await session.beginNested();
    first.points = 7;
    for await (const page of session.streamScalars(select(Score)).partitions(1)) {
      for (const score of page) score.points++;
    }
    assertEquals(first.points, 8);
    await savepoint.rollback();
    assertEquals([first.points, session.dirty.size], [0, 0]);
  });

  test("rows, columns and relations: each partition brings its own along", async ({ engine, sent }) => {
    const getSession = sessionmaker(engine);
    const users = ["a", "b", "c"].map((name) => User.create({ name, toys: [new Toy({ name: `car of ${name}` })] }));
    await getSession.begin((session) => session.addAll(users));
    await using session = getSession();
    const stream = session.stream(select(User).columns("name").orderBy("name"));
    const names: string[] = [];
    for await (const { name } of stream) names.push(name);
    assertEquals(names, ["a", "b", "c"]);
    sent.length = 0;
    const toys: string[] = [];
    const withToys = select(User).options(selectinload("toys")).orderBy("name");
    for await (const page of session.streamScalars(withToys).partitions(2)) {
      for (const user of page) toys.push(...user.toys.all().map((toy) => toy.name));
    }
    assertEquals(toys, ["car of a", "car of b", "car of c"]);
    assertEquals(sent.filter((sql) => sql.startsWith("SELECT")).length, 2);
  });
}

database.test("without promises: rows, objects and an early end", (plain) => {
  using engine = createSyncEngine(onDriver(plain, "libpq"));
  engine.begin((connection) => {
    const sent: string[] = [];
    engine.events.on("query", ({ sql }) => sent.push(sql.split(" ")[0]));
    assertEquals([...connection.stream<{ n: number }>(NUMBERS, [3]).partitions(2)].map((rows) => rows.length), [2, 1]);
    for (const _ of connection.stream(NUMBERS, [5_000])) break;
    assertEquals(sent, ["DECLARE", "FETCH", "FETCH", "CLOSE", "DECLARE", "FETCH", "CLOSE"]);
  });
  {
    using connection = engine.connect({ isolationLevel: "AUTOCOMMIT" });
    for (const _ of connection.stream(NUMBERS, [1])) assertEquals(connection.inTransaction, true);
    assertEquals(connection.inTransaction, false);
  }
  using session = syncSessionmaker(engine)();
  session.addAll([1, 2, 3].map((round) => new Score({ game: "draughts", round, points: 0 })));
  const statement = select(Score).where("game", "=", "draughts").orderBy("round");
  const rounds: number[] = [];
  for (const page of session.streamScalars(statement).partitions(2)) rounds.push(...page.map(({ round }) => round));
  assertEquals(rounds, [1, 2, 3]);
  return Promise.resolve();
});

database.test("without promises: all that a partition needs has one time limit", async (plain) => {
  await using others = createEngine(plain);
  await others.begin((connection) => connection.execute("CREATE TABLE slow AS SELECT 1 AS n"));
  await using holder = await others.connect();
  await holder.execute("LOCK TABLE slow");
  using engine = createSyncEngine(onDriver(plain, "libpq"));
  using connection = engine.connect();
  await using other = await others.connect({ isolationLevel: "AUTOCOMMIT" });
  const unlocked = other.execute("BEGIN; LOCK TABLE slow; SELECT pg_sleep(1); COMMIT");
  await using server = new Server(plain);
  await server.untilBlocked(other.backendPid);
  await holder.rollback(); // from now on the lock is taken for a second
  const pages = connection.stream("SELECT pg_sleep(1.4), n FROM slow", [], { timeout: 1_500 }).partitions();
  assertThrows(() => pages.next(), AnswerTimeoutError); // DECLARE waits for the lock, and FETCH for the sleep
  await unlocked;
});
