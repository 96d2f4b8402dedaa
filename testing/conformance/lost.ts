/**
 * The server process dies in every state. Queued statements must never run on another connection.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertNotEquals, assertRejects } from "@std/assert";
import { CommitOutcomeUnknownError, ConnectionLostError } from "../../lib/engine/errors.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { until } from "../until.ts";
import type { Context, Register } from "./suite.ts";

const TABLE = `
  DROP TABLE IF EXISTS written;
  CREATE TABLE written (what text);
  CREATE OR REPLACE FUNCTION sleep_long() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$`;
const SLOW_COMMIT = `
  CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON written DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sleep_long()`;
const WRITE = "INSERT INTO written VALUES ($1)";

const written = ({ server }: Context) => server.run("SELECT what FROM written");

/** Asserts that the pool hands out working connections up to its limit, and loses none. */
async function assertServes(engine: Engine): Promise<void> {
  const { size } = engine.poolStatus;
  {
    await using stack = new AsyncDisposableStack();
    const all = await Promise.all(
      Array.from({ length: size }, () => engine.connect({ isolationLevel: "AUTOCOMMIT" })),
    );
    for (const connection of all) stack.use(connection);
    assertEquals(engine.poolStatus.held, size);
    const ones = await Promise.all(all.map((connection) => connection.execute("SELECT $1::int", [1])));
    assertEquals(ones.map((result) => result.scalarOne()), Array(size).fill(1));
  }
  assertEquals(engine.poolStatus, { size, maxOverflow: 0, held: 0, idle: size, waiting: 0 });
}

/** Registers the tests. */
export function lost(test: Register): void {
  test("lost: while idle in the pool: nobody gets it", async ({ engine, server, differences }) => {
    const connected = engine({ poolSize: 2 });
    const closed: string[] = [];
    connected.events.on("close", ({ reason }) => closed.push(reason));
    const one = await connected.connect();
    const two = await connected.connect();
    const pids = [one.backendPid, two.backendPid];
    await one.close();
    await two.close();
    for (const pid of pids) await server.kill(pid);
    await until("the pool has noticed and closed both", async () => {
      if (differences.idleLoss === "at checkout") await (await connected.connect()).close();
      return closed.length === 2;
    });
    await using next = await connected.connect();
    assert(!pids.includes(next.backendPid));
    assertEquals(closed, ["broken", "broken"]);
    await next.close();
    await assertServes(connected);
  });

  test("lost: idle in a transaction: the work is gone, and every statement says so", async (context) => {
    await context.server.run(TABLE);
    const connected = context.engine({ poolSize: 2 });
    {
      await using connection = await connected.connect();
      await connection.execute(WRITE, ["before"]);
      await context.server.kill(connection.backendPid);
      await assertRejects(() => connection.execute(WRITE, ["after"]), ConnectionLostError);
      await assertRejects(() => connection.execute("INSERT INTO written VALUES ('plain')"), ConnectionLostError);
      await connection.rollback(); // the server has done so
      await assertRejects(() => connection.execute(WRITE, ["new transaction"]), ConnectionLostError);
    }
    assertEquals(await written(context), []);
    await assertServes(connected);
  });

  test("lost: before COMMIT: it was not sent, so nothing is unknown", async (context) => {
    await context.server.run(TABLE);
    const connected = context.engine({ poolSize: 1 });
    {
      await using connection = await connected.connect();
      await connection.execute(WRITE, ["before"]);
      await context.server.kill(connection.backendPid);
      await assertRejects(() => connection.execute("SELECT 1"), ConnectionLostError);
      await assertRejects(() => connection.commit(), ConnectionLostError);
    }
    assertEquals(await written(context), []);
    await assertServes(connected);
  });

  test("lost: in a savepoint: leaving its block does not hide the error", async (context) => {
    const connected = context.engine({ poolSize: 1 });
    await using connection = await connected.connect();
    const work = async () => {
      await using _savepoint = await connection.beginNested();
      await context.server.kill(connection.backendPid);
      await connection.execute("SELECT 1");
    };
    await assertRejects(work, ConnectionLostError);
    await connection.close();
    await assertServes(connected);
  });

  test("lost: in a savepoint: neither commit() nor rollback() pretends to have worked", async (context) => {
    const connected = context.engine({ poolSize: 1 });
    for (const end of ["commit", "rollback"] as const) {
      await using connection = await connected.connect();
      const savepoint = await connection.beginNested();
      await context.server.kill(connection.backendPid);
      await assertRejects(() => savepoint[end](), ConnectionLostError);
      await assertRejects(() => connection.commit(), ConnectionLostError);
    }
    await assertServes(connected);
  });

  test("lost: in a statement that ends its own server process", async (context) => {
    await context.server.run(TABLE);
    const connected = context.engine({ poolSize: 2 });
    {
      await using connection = await connected.connect();
      await connection.execute(WRITE, ["before"]);
      const end = "SELECT pg_terminate_backend(pg_backend_pid()) WHERE $1";
      assertEquals((await assertRejects(() => connection.execute(end, [true]), ConnectionLostError)).sql, end);
      await assertRejects(() => connection.execute(WRITE, ["after"]), ConnectionLostError);
    }
    assertEquals(await written(context), []);
    await assertServes(connected);
  });

  for (const isolationLevel of [undefined, "AUTOCOMMIT"] as const) {
    const where = isolationLevel ?? "in a transaction";

    test(`lost: while a statement runs, ${where}`, async (context) => {
      await context.server.run(TABLE);
      const connected = context.engine({ poolSize: 2, isolationLevel });
      {
        await using connection = await connected.connect();
        const sleeping = connection.execute("SELECT pg_sleep($1)", [30]);
        await context.server.untilSleeping(connection.backendPid);
        await context.server.kill(connection.backendPid);
        const error = await assertRejects(() => sleeping, ConnectionLostError);
        assertEquals(error.sql, "SELECT pg_sleep($1)");
        await assertRejects(() => connection.execute(WRITE, ["after"]), ConnectionLostError);
      }
      assertEquals(await written(context), []);
      await assertServes(connected);
    }, { overlaps: true });

    test(`lost: with statements queued behind, ${where}: none of them runs anywhere`, async (context) => {
      await context.server.run(TABLE);
      const connected = context.engine({ poolSize: 2, isolationLevel });
      {
        await using connection = await connected.connect();
        await connection.execute("SELECT $1::int", [1]);
        const sent: Promise<unknown>[] = [connection.execute("SELECT pg_sleep(30)")];
        for (let i = 0; i < 150; i++) { // more than a package pipelines at once
          sent.push(connection.execute(WRITE, [`${i}`]));
          sent.push(connection.execute(`INSERT INTO written VALUES ('plain ${i}')`));
          sent.push(connection.execute(`${WRITE} /* new text ${i} */`, [`new ${i}`]));
        }
        const outcomes = Promise.allSettled(sent);
        await context.server.untilSleeping(connection.backendPid);
        await context.server.kill(connection.backendPid);
        for (const outcome of await outcomes) {
          assertEquals(outcome.status, "rejected");
          assertInstanceOf((outcome as PromiseRejectedResult).reason, ConnectionLostError);
        }
      }
      await assertServes(connected);
      assertEquals(await written(context), []);
    }, { overlaps: true });
  }

  test("lost: with the COMMIT queued behind: nothing was committed", async (context) => {
    await context.server.run(TABLE);
    const connected = context.engine({ poolSize: 2 });
    {
      await using connection = await connected.connect();
      const outcomes = Promise.allSettled([
        connection.execute(WRITE, ["a"]),
        connection.execute("SELECT pg_sleep(30)"),
        connection.execute(WRITE, ["b"]),
        connection.commit(),
      ]);
      await context.server.untilSleeping(connection.backendPid);
      await context.server.kill(connection.backendPid);
      const [, sleep, write, commit] = await outcomes;
      for (const outcome of [sleep, write]) {
        assertInstanceOf((outcome as PromiseRejectedResult).reason, ConnectionLostError);
      }
      // from here it looks as if COMMIT might have arrived
      assertInstanceOf((commit as PromiseRejectedResult).reason, CommitOutcomeUnknownError);
    }
    await assertServes(connected);
    assertEquals(await written(context), []);
  }, { overlaps: true });

  test("lost: during COMMIT: the outcome is unknown", async (context) => {
    await context.server.run(TABLE + ";" + SLOW_COMMIT);
    const connected = context.engine({ poolSize: 1 });
    const work = connected.begin(async (connection) => {
      await connection.execute(WRITE, ["perhaps"]);
      void context.server.untilSleeping(connection.backendPid).then(() => context.server.kill(connection.backendPid));
    });
    const error = await assertRejects(() => work, CommitOutcomeUnknownError, "may or may not have been committed");
    assertInstanceOf(error.cause, ConnectionLostError);
    await assertServes(connected);
    assertEquals(await written(context), []);
  }, { overlaps: true });

  test("lost: while others wait for a connection: they get a new one", async (context) => {
    const connected = context.engine({ poolSize: 1 });
    const connection = await connected.connect();
    const others = Promise.all(
      [1, 2, 3].map((id) =>
        connected.begin(async (other) => (await other.execute("SELECT $1::int", [id])).scalarOne())
      ),
    );
    const sleeping = connection.execute("SELECT pg_sleep(30)");
    await context.server.untilSleeping(connection.backendPid);
    await context.server.kill(connection.backendPid);
    await assertRejects(() => sleeping, ConnectionLostError);
    await connection.close();
    assertEquals(await others, [1, 2, 3]);
    await assertServes(connected);
  }, { overlaps: true });

  test("lost: given back at once: the next one gets another connection", async (context) => {
    const connected = context.engine({ poolSize: 1, isolationLevel: "AUTOCOMMIT" });
    const connection = await connected.connect();
    const sleeping = connection.execute("SELECT pg_sleep(30)");
    await context.server.untilSleeping(connection.backendPid);
    const next = sleeping.then(() => null, async () => {
      void connection.close();
      return await connected.connect();
    });
    await context.server.kill(connection.backendPid);
    await using other = await next;
    assert(other);
    assertNotEquals(other.backendPid, connection.backendPid);
    assertEquals((await other.execute("SELECT 1")).scalarOne(), 1);
  }, { overlaps: true });
}
