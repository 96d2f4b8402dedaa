/**
 * Server errors are mapped to the same error classes by every driver.
 *
 * @module
 */
import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  CheckViolationError,
  ConnectError,
  DatabaseError,
  DeadlockError,
  FailedTransactionError,
  ForeignKeyViolationError,
  IntegrityError,
  LockTimeoutError,
  NotNullViolationError,
  SerializationError,
  StatementCancelledError,
  StatementTimeoutError,
  UniqueViolationError,
} from "../../lib/engine/errors.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import type { Register } from "./suite.ts";

const HEROES = `
  DROP TABLE IF EXISTS toys, heroes;
  CREATE TABLE heroes (
    id int PRIMARY KEY, name text NOT NULL CONSTRAINT heroes_name_key UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
    age int CONSTRAINT age_positive CHECK (age > 0), during int4range, EXCLUDE USING gist (during WITH &&));
  CREATE TABLE toys (id int PRIMARY KEY, hero_id int CONSTRAINT toys_hero_fk REFERENCES heroes);
  INSERT INTO heroes VALUES (1, 'sandy', 30, '[1,5)'), (2, 'patrick', 40, NULL)`;

/** Registers the tests. */
export function errors(test: Register): void {
  test("errors: broken constraints have names, tables and columns", async ({ engine, server }) => {
    await server.run(HEROES);
    const connected = engine({ isolationLevel: "AUTOCOMMIT" });
    await using connection = await connected.connect();
    const insert = "INSERT INTO heroes VALUES ($1, $2, $3, $4)";

    const unique = await assertRejects(
      () => connection.execute(insert, [3, "sandy", 5, null]),
      UniqueViolationError,
    );
    assertEquals(
      [unique.name, unique.sqlstate, unique.constraint, unique.schema, unique.table, unique.sql],
      ["UniqueViolationError", "23505", "heroes_name_key", "public", "heroes", insert],
    );
    assertStringIncludes(unique.detail!, "(name)=(sandy)"); // the rest is in the server's language
    const [first, ...others] = unique.message.split("\n");
    assertMatch(first, /^.*heroes_name_key.* \(SQLSTATE 23505\)$/);
    assertEquals(others, [`Detail: ${unique.detail}`, `SQL: ${insert}`]);

    const foreign = await assertRejects(
      () => connection.execute("INSERT INTO toys VALUES (1, 99)"),
      ForeignKeyViolationError,
    );
    assertEquals([foreign.sqlstate, foreign.constraint, foreign.table], ["23503", "toys_hero_fk", "toys"]);

    const missing = await assertRejects(() => connection.execute(insert, [3, null, 5, null]), NotNullViolationError);
    assertEquals([missing.sqlstate, missing.table, missing.column], ["23502", "heroes", "name"]);

    const check = await assertRejects(() => connection.execute(insert, [3, "bob", -5, null]), CheckViolationError);
    assertEquals([check.sqlstate, check.constraint], ["23514", "age_positive"]);

    const exclusion = await assertRejects(() => connection.execute(insert, [3, "bob", 5, "[2,3)"]), IntegrityError);
    assertEquals([exclusion.name, exclusion.sqlstate], ["IntegrityError", "23P01"]);
    for (const error of [unique, foreign, missing, check]) assertInstanceOf(error, IntegrityError);
  });

  test("errors: a deferred constraint fails at COMMIT, and everything is rolled back", async ({ engine, server }) => {
    await server.run(HEROES);
    const connected = engine();
    const ended: string[] = [];
    for (const type of ["commit", "rollback"] as const) connected.events.on(type, () => ended.push(type));
    await using connection = await connected.connect();
    await connection.execute("SET CONSTRAINTS heroes_name_key DEFERRED");
    await connection.execute("INSERT INTO heroes VALUES (3, 'sandy')");
    await assertRejects(() => connection.commit(), UniqueViolationError);
    assertEquals([connection.inTransaction, ended], [false, ["rollback"]]);
    assertEquals((await connection.execute("SELECT count(*)::int FROM heroes")).scalarOne(), 2);
  });

  test("errors: wrong SQL", async ({ engine }) => {
    await using connection = await engine({ isolationLevel: "AUTOCOMMIT" }).connect();
    const wrong: [sql: string, parameters: unknown[], sqlstate: string][] = [
      ["SELEC 1", [], "42601"],
      ["SELECT $1::int FROM missing", [1], "42P01"],
      ["SELECT missing FROM pg_class WHERE oid = $1", [1], "42703"],
      ["SELECT $1::int", ["x"], "22P02"],
      ["SELECT 1 / $1::int", [0], "22012"],
      ["SELECT $1::int, $2::int", [1], "08P01"], // too few parameters: the connection stays usable
      ["SELECT 1; SELEC 2", [], "42601"],
      ["SELECT $1::int; SELECT 2", [1], "42601"],
      ["SAVEPOINT s", [], "25P01"],
    ];
    const { backendPid } = connection;
    for (const [sql, parameters, sqlstate] of wrong) {
      const error = await assertRejects(() => connection.execute(sql, parameters), DatabaseError);
      assertEquals([error.name, error.sqlstate], ["DatabaseError", sqlstate], sql);
      assertEquals(error.sql, sql);
      assertEquals((await connection.execute("SELECT pg_backend_pid()")).scalarOne(), backendPid);
    }
    const hinted = await assertRejects(() => connection.execute("SELECT 'a' + 'b'::text"), DatabaseError);
    assertStringIncludes(hinted.message, "\nHint: ");
  });

  test("errors: neither a parameter nor the password is in an error", async ({ engine }) => {
    await using connection = await engine().connect();
    const error = await assertRejects(() => connection.execute("SELECT missing, $1::text", ["hunter2"]), DatabaseError);
    assertNotMatch(Deno.inspect(error, { depth: 10 }), /hunter2/);
  });

  test("errors: after an error the transaction is ignored until it is rolled back", async ({ engine }) => {
    await using connection = await engine().connect();
    const first = await assertRejects(() => connection.execute("SELECT missing"), DatabaseError);
    const second = await assertRejects(() => connection.execute("SELECT $1::int", [1]), FailedTransactionError);
    assertEquals([second.sqlstate, second.cause], ["25P02", first]);
    const third = await assertRejects(() => connection.commit(), FailedTransactionError, "nothing was committed");
    assertEquals(third.cause, first);
    assertEquals(connection.inTransaction, false);
    assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1);
  });

  test("errors: a row that another transaction changed is a SerializationError", async ({ engine, server }) => {
    await server.run(HEROES);
    await using connection = await engine().connect({ isolationLevel: "REPEATABLE READ" });
    await connection.execute("SELECT * FROM heroes");
    await server.run("UPDATE heroes SET age = 31 WHERE id = 1");
    const error = await assertRejects(
      () => connection.execute("UPDATE heroes SET age = 32 WHERE id = $1", [1]),
      SerializationError,
    );
    assertEquals(error.sqlstate, "40001");
  });

  test("errors: write skew is a SerializationError at COMMIT", async ({ engine, server }) => {
    await server.run(HEROES);
    const connected = engine({ isolationLevel: "SERIALIZABLE" });
    await using one = await connected.connect();
    await using two = await connected.connect();
    for (const [connection, id] of [[one, 1], [two, 2]] as const) {
      await connection.execute("SELECT sum(age) FROM heroes");
      await connection.execute("UPDATE heroes SET age = age + 1 WHERE id = $1", [id]);
    }
    await one.commit();
    await assertRejects(() => two.commit(), SerializationError);
    assertEquals(await server.run("SELECT age FROM heroes ORDER BY id"), [31, 40]);
  }, { overlaps: true });

  test("errors: of a deadlock one transaction is the victim", async ({ engine, server }) => {
    await server.run(HEROES);
    const connected = engine();
    await using one = await connected.connect();
    await using two = await connected.connect();
    const update = "UPDATE heroes SET age = age + 1 WHERE id = $1";
    await one.execute(update, [1]);
    await two.execute(update, [2]);
    const outcomes = await Promise.allSettled([
      one.execute(update, [2]).finally(() => one.rollback()),
      two.execute(update, [1]).finally(() => two.rollback()),
    ]);
    const failed = outcomes.filter((outcome) => outcome.status === "rejected").map((outcome) => outcome.reason);
    assertEquals(failed.length, 1);
    assertInstanceOf(failed[0], DeadlockError);
    assertEquals(failed[0].sqlstate, "40P01");
  }, { overlaps: true });

  test("errors: a statement that takes too long", async ({ engine }) => {
    // long enough for BEGIN, ROLLBACK and SELECT 1 on a busy machine
    await using connection = await engine({ statementTimeout: 500 }).connect();
    const error = await assertRejects(() => connection.execute("SELECT pg_sleep(30)"), StatementTimeoutError);
    assertEquals(error.sqlstate, "57014");
    await connection.rollback();
    assertEquals((await connection.execute("SELECT 1")).scalarOne(), 1);
  });

  test("errors: a statement that an administrator cancels", async ({ engine, server }) => {
    await using connection = await engine().connect();
    const sleeping = connection.execute("SELECT pg_sleep(30)");
    await server.untilSleeping(connection.backendPid);
    await server.run("SELECT pg_cancel_backend($1)", [connection.backendPid]);
    await assertRejects(() => sleeping, StatementCancelledError);
  }, { overlaps: true });

  test("errors: a lock that is not to be had", async ({ engine, server }) => {
    await server.run(HEROES);
    const connected = engine();
    await using holder = await connected.connect();
    await holder.execute("SELECT * FROM heroes WHERE id = 1 FOR UPDATE");
    await using other = await connected.connect();
    await assertRejects(() => other.execute("SELECT * FROM heroes FOR UPDATE NOWAIT"), LockTimeoutError);
    await other.rollback();
    await other.execute("SET lock_timeout = 50");
    const error = await assertRejects(() => other.execute("UPDATE heroes SET age = 1 WHERE id = 1"), LockTimeoutError);
    assertEquals(error.sqlstate, "55P03");
  }, { overlaps: true });

  test("errors: a connection that the server refuses", async ({ engine }) => {
    const { url } = engine();
    await using none = createEngine(url.reveal().replace(/\/[^/]*$/, "/no_such_database"));
    const error = await assertRejects(() => none.connect(), ConnectError, "no_such_database");
    assertEquals(error.sqlstate, "3D000");
    assertEquals(none.poolStatus, { size: 5, maxOverflow: 10, held: 0, idle: 0, waiting: 0 });
  });

  test("errors: notices disturb nobody", async ({ engine }) => {
    await using connection = await engine().connect();
    await connection.execute("DO $$ BEGIN RAISE NOTICE 'hear'; RAISE WARNING 'hear'; END $$");
    await connection.execute("ROLLBACK");
    await connection.execute("ROLLBACK"); // the server warns that there is no transaction
    assertEquals((await connection.execute("SELECT 1")).scalarOne(), 1);
  });
}
