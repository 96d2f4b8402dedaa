/**
 * Statements started without awaiting the previous ones, and prepared statements.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { Connection } from "../../lib/engine/connection.ts";
import type { DriverConnection } from "../../lib/engine/driver.ts";
import {
  DatabaseError,
  FailedTransactionError,
  StaleStatementError,
  UniqueViolationError,
} from "../../lib/engine/errors.ts";
import type { Register } from "./suite.ts";

const LOG = "CREATE TEMP TABLE log (position int GENERATED ALWAYS AS IDENTITY, entry text UNIQUE)";
const WRITE = "INSERT INTO log (entry) VALUES ($1)";

const entries = async (connection: Connection | DriverConnection): Promise<unknown> => {
  const sql = "SELECT string_agg(entry, ' ' ORDER BY position) FROM log";
  if ("query" in connection) return (await connection.query({ sql, parameters: [] })).rows[0][0];
  return (await connection.execute(sql)).scalarOne();
};

/** Registers the tests. */
export function pipelining(test: Register): void {
  test("pipelining: statements arrive, and are answered, in the order of the calls", async ({ connect }) => {
    const connection = await connect();
    await connection.query({ sql: LOG, parameters: [] });
    const answered: number[] = [];
    const calls = Array.from({ length: 300 }, async (_, i) => {
      const plain = i % 3 === 0; // without parameters; else a new statement text, or one that is prepared already
      const sql = plain ? `INSERT INTO log (entry) VALUES ('${i}')` : i % 3 === 1 ? WRITE : `${WRITE} /* ${i} */`;
      await connection.query({ sql, parameters: plain ? [] : [`${i}`] });
      answered.push(i);
    });
    await Promise.all(calls);
    const order = Array.from({ length: 300 }, (_, i) => i);
    assertEquals(await entries(connection), order.join(" "));
    assertEquals(answered, order);
  });

  test("pipelining: an error in the middle is that statement's alone, without a transaction", async ({ connect }) => {
    const connection = await connect();
    await connection.query({ sql: LOG, parameters: [] });
    const outcomes = await Promise.allSettled(
      ["a", "b", "a", "c"].map((entry) => connection.query({ sql: WRITE, parameters: [entry] })),
    );
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    assertInstanceOf((outcomes[2] as PromiseRejectedResult).reason, UniqueViolationError);
    assertEquals(await entries(connection), "a b c");
  });

  test("pipelining: in a transaction what stands behind an error does nothing, COMMIT included", async (context) => {
    await using connection = await context.engine().connect();
    await connection.execute(LOG);
    await connection.commit();
    const sent = [
      connection.execute(WRITE, ["a"]),
      connection.execute("INSERT INTO missing VALUES ($1)", [1]),
      connection.execute(WRITE, ["b"]),
      connection.execute("INSERT INTO log (entry) VALUES ('c')"),
      connection.commit(),
    ];
    const outcomes = await Promise.allSettled(sent);
    const errors = outcomes.map((outcome) => outcome.status === "rejected" ? outcome.reason.sqlstate : "fine");
    assertEquals(errors, ["fine", "42P01", "25P02", "25P02", "25P02"]);
    const commit = (outcomes[4] as PromiseRejectedResult).reason;
    assertInstanceOf(commit, FailedTransactionError);
    assertEquals(commit.cause, (outcomes[1] as PromiseRejectedResult).reason);
    assertEquals(await entries(connection), null);
  });

  test("pipelining: an error that nobody awaits does not end the process", async ({ engine }) => {
    await using connection = await engine().connect();
    void connection.execute("SELECT missing");
    void connection.execute("SELECT $1::int", ["x"]);
    await assertRejects(() => connection.execute("SELECT 1"), FailedTransactionError);
  });

  test("pipelining: a new statement text used twice in one pipeline", async ({ connect }) => {
    const connection = await connect();
    const send = (sql: string) => connection.query({ sql, parameters: ["7"] });
    const [one, two] = await Promise.all([send("SELECT $1::int + 1"), send("SELECT $1::int + 1")]);
    assertEquals([one.rows, two.rows], [[[8]], [[8]]]);
    assertEquals((await send("SELECT $1::int + 1")).rows, [[8]]);
  });

  test("pipelining: a statement text whose first parse fails can be used again at once", async ({ connect }) => {
    const connection = await connect();
    const read = { sql: "SELECT n FROM pg_temp.later WHERE n = $1", parameters: ["1"] };
    const outcomes = await Promise.allSettled([
      connection.query(read),
      connection.query(read),
      connection.query({ sql: "CREATE TEMP TABLE later AS SELECT 1 AS n", parameters: [] }),
      connection.query(read),
    ]);
    assertEquals(outcomes.map(({ status }) => status), ["rejected", "rejected", "fulfilled", "fulfilled"]);
    assertEquals((await connection.query(read)).rows, [[1]]);
    assertEquals((await connection.query(read)).rows, [[1]]);
  });

  test("prepared: once for each text, and again used after an error that is not the text's fault", async ({ connect }) => {
    const connection = await connect();
    await connection.query({ sql: LOG, parameters: [] });
    for (let i = 0; i < 5; i++) await connection.query({ sql: WRITE, parameters: ["a"] }).catch(() => {});
    const prepared =
      "SELECT count(*)::int FROM pg_prepared_statements WHERE statement = 'INSERT INTO log (entry) VALUES ($1)'";
    assertEquals((await connection.query({ sql: prepared, parameters: [] })).rows, [[1]]);
  });

  test("prepared: at most 500 texts, under names of this connection only; more go unnamed", async ({ connect }) => {
    const [one, two] = [await connect(), await connect()];
    const names = async (connection: typeof one) => {
      const sql = "SELECT name FROM pg_prepared_statements";
      return (await connection.query({ sql, parameters: [] })).rows.map(([name]) => name as string);
    };
    for (let n = 0; n < 505; n++) {
      assertEquals((await one.query({ sql: `SELECT ${n}, $1::int`, parameters: ["7"] })).rows, [[n, 7]]);
    }
    assertEquals((await names(one)).length, 500);
    await two.query({ sql: "SELECT 0, $1::int", parameters: ["7"] });
    const [name] = await names(two);
    assertEquals((await names(one)).includes(name), false);
    const random = (name: string) => name.match(/^s([0-9a-f]{16})_\d+$/)?.[1];
    assertEquals([new Set((await names(one)).map(random)).size, random(name)?.length], [1, 16]);
  });

  test("prepared: not with prepare: false", async ({ connect }) => {
    const connection = await connect({ prepare: false });
    const read = { sql: "SELECT $1::int", parameters: ["7"] };
    assertEquals((await connection.query(read)).rows, [[7]]);
    const [one, two] = await Promise.all([connection.query(read), connection.query(read)]);
    assertEquals([one.rows, two.rows], [[[7]], [[7]]]);
    assertEquals((await connection.query({ sql: "SELECT name FROM pg_prepared_statements", parameters: [] })).rows, []);
  });

  test("prepared: a table that changed makes a statement stale, once", async ({ connect }) => {
    const connection = await connect();
    const run = (sql: string) => connection.query({ sql, parameters: [] });
    const read = { sql: "SELECT * FROM changing WHERE id = $1", parameters: ["1"] };
    await run("CREATE TEMP TABLE changing AS SELECT 1 AS id");
    assertEquals((await connection.query(read)).rows, [[1]]);
    await run("ALTER TABLE changing ADD COLUMN name text");
    const error = await assertRejects(() => connection.query(read), StaleStatementError);
    assertEquals(error.sqlstate, "0A000");
    assertEquals((await connection.query(read)).rows, [[1, null]]);
    await run("DEALLOCATE ALL");
    assertEquals((await assertRejects(() => connection.query(read), StaleStatementError)).sqlstate, "26000");
    assertEquals((await connection.query(read)).rows, [[1, null]]);
  });

  test("prepared: outside a transaction the engine repeats a stale statement by itself", async ({ engine }) => {
    await using connection = await engine({ isolationLevel: "AUTOCOMMIT" }).connect();
    const read = () => connection.execute("SELECT * FROM changing WHERE id = $1", [1]);
    await connection.execute("CREATE TEMP TABLE changing AS SELECT 1 AS id");
    await read();
    await connection.execute("ALTER TABLE changing ADD COLUMN name text");
    assertEquals((await read()).tuples().one(), [1, null]);
    await connection.execute("ALTER TABLE changing ADD COLUMN age int");
    const several = await Promise.all([read(), read(), read()]);
    assertEquals(several.map((result) => result.tuples().one()), Array(3).fill([1, null, null]));
  });

  test("prepared: in a transaction a stale statement fails, and the next transaction works", async ({ engine }) => {
    await using connection = await engine().connect();
    const read = () => connection.execute("SELECT * FROM changing WHERE id = $1", [1]);
    await connection.execute("CREATE TEMP TABLE changing AS SELECT 1 AS id");
    await read();
    await connection.execute("ALTER TABLE changing ADD COLUMN name text");
    await connection.commit();
    await assertRejects(read, StaleStatementError);
    await connection.rollback();
    assertEquals((await read()).tuples().one(), [1, null]);
  });

  test("prepared: a stale statement never runs behind the COMMIT of its transaction", async ({ engine }) => {
    await using connection = await engine().connect();
    const insert = (id: number) => connection.execute("INSERT INTO changing (id) VALUES ($1) RETURNING *", [id]);
    await connection.execute("CREATE TEMP TABLE changing (id int)");
    await insert(1);
    await connection.execute("ALTER TABLE changing ADD COLUMN name text");
    await connection.commit();
    const outcomes = await Promise.allSettled([insert(2), connection.commit()]);
    assertEquals(outcomes.map(({ status }) => status), ["rejected", "rejected"]);
    assertEquals((await connection.execute("SELECT id FROM changing")).scalars().all(), [1]);
  });

  for (const isolationLevel of ["AUTOCOMMIT", undefined] as const) {
    const where = isolationLevel ?? "in a transaction, the next one works";
    test(`prepared: an enum that was dropped and made again makes a statement stale: ${where}`, async (context) => {
      const { engine, server } = context;
      const make = "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE heroes (name text, mood mood)";
      const drop = "DROP TABLE IF EXISTS toys, heroes; DROP TYPE IF EXISTS mood";
      await server.run(`${drop}; ${make}`);
      await using connection = await engine({ isolationLevel }).connect();
      const insert = (name: string) => connection.execute("INSERT INTO heroes VALUES ($1, $2)", [name, "happy"]);
      await insert("sandy");
      await connection.commit();
      for (const name of ["gary", "patrick"]) { // what replaces a stale statement may become stale too
        await server.run(`${drop}; ${make}`);
        if (isolationLevel === undefined) {
          const outcome = await insert("nobody").catch((error) => error);
          if (name === "gary") assertEquals([outcome.constructor, outcome.sqlstate], [StaleStatementError, "XX000"]);
          await connection.rollback();
        }
        await insert(name);
        await connection.commit();
        assertEquals(await server.run("SELECT name FROM heroes"), [name]);
      }
      await server.run(drop);
    });
  }

  test("prepared: a column of another type: the second try prepares it anew", async ({ connect }) => {
    const connection = await connect();
    const run = (sql: string) => connection.query({ sql, parameters: [] });
    const read = { sql: "SELECT 1 FROM changing WHERE id = $1", parameters: ["1"] };
    await run("CREATE TEMP TABLE changing AS SELECT 1 AS id");
    await connection.query(read);
    await run("ALTER TABLE changing ALTER COLUMN id TYPE text");
    await assertRejects(() => connection.query(read), DatabaseError);
    assertEquals((await connection.query(read)).rows, [[1]]);
    assertEquals((await connection.query(read)).rows, [[1]]);
  });

  test("savepoints: undo a part, keep a part", async ({ engine }) => {
    await using connection = await engine().connect();
    await connection.execute(LOG);
    await connection.execute(WRITE, ["a"]);
    const kept = await connection.beginNested();
    await connection.execute(WRITE, ["b"]);
    const inner = await connection.beginNested();
    await connection.execute(WRITE, ["c"]);
    await assertRejects(() => connection.execute(WRITE, ["c"]), UniqueViolationError);
    await assertRejects(() => connection.execute(WRITE, ["d"]), FailedTransactionError);
    await inner.rollback();
    await connection.execute(WRITE, ["e"]);
    await kept.commit();
    await connection.commit();
    assertEquals(await entries(connection), "a b e");
    assert(connection.inTransaction);
  });
}
