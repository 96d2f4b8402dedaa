/**
 * Cancels statements with an AbortSignal.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DatabaseError } from "../../lib/engine/errors.ts";
import type { Register } from "./suite.ts";

class Enough extends Error {}

/** Registers the tests. */
export function cancel(test: Register): void {
  test("cancel: a signal that is aborted already: nothing is sent", async ({ engine }) => {
    const connected = engine();
    const sent: string[] = [];
    connected.events.on("query", ({ sql }) => sent.push(sql));
    await using connection = await connected.connect();
    const signal = AbortSignal.abort(new Enough());
    await assertRejects(() => connection.execute("SELECT 1", [], { signal }), Enough);
    assertEquals([sent, connection.inTransaction], [[], false]);
    await assertRejects(() => connected.connect({ signal }), Enough);
    assertEquals(connected.poolStatus.held, 1);
  });

  test("cancel: while waiting for the pool", async ({ engine }) => {
    const connected = engine({ poolSize: 1 });
    await using connection = await connected.connect();
    const controller = new AbortController();
    const waiting = connected.connect({ signal: controller.signal });
    assertEquals(connected.poolStatus.waiting, 1);
    controller.abort(new Enough());
    await assertRejects(() => waiting, Enough);
    assertEquals(connected.poolStatus.waiting, 0);
    await connection.execute("SELECT 1");
  });

  test("cancel: while the statement runs; the connection is not used again", async ({ engine, server }) => {
    const connected = engine({ poolSize: 1 });
    let pid: number;
    {
      await using connection = await connected.connect();
      pid = connection.backendPid;
      const controller = new AbortController();
      const sleeping = connection.execute("SELECT pg_sleep(30)", [], { signal: controller.signal });
      await server.untilSleeping(pid);
      controller.abort(new Enough());
      await assertRejects(() => sleeping, Enough);
      await connection.rollback();
      assertEquals((await connection.execute("SELECT 1 AS one")).scalarOne(), 1); // by its holder it may be
    }
    await using next = await connected.connect();
    assertNotEquals(next.backendPid, pid);
    assertEquals(connected.poolStatus, { size: 1, maxOverflow: 0, held: 1, idle: 0, waiting: 0 });
  }, { overlaps: true });

  test("cancel: while it waits for a lock, with parameters, in AUTOCOMMIT", async ({ engine, server }) => {
    await server.run("DROP TABLE IF EXISTS locked; CREATE TABLE locked AS SELECT 1 AS id");
    const connected = engine();
    await using holder = await connected.connect();
    await holder.execute("SELECT * FROM locked FOR UPDATE");
    await using other = await connected.connect({ isolationLevel: "AUTOCOMMIT" });
    const controller = new AbortController();
    const waiting = other.execute("UPDATE locked SET id = $1", [2], { signal: controller.signal });
    await server.untilBlocked(other.backendPid);
    controller.abort(new Enough());
    await assertRejects(() => waiting, Enough);
    await holder.close();
    assertEquals(await server.run("SELECT id FROM locked"), [1]);
  }, { overlaps: true });

  test("cancel: does not hit the statement before", async ({ engine, server }) => {
    await using connection = await engine({ isolationLevel: "AUTOCOMMIT" }).connect();
    const controller = new AbortController();
    const before = connection.execute("SELECT pg_sleep(0.3), 'slept' AS how");
    const ours = connection.execute("SELECT pg_sleep(30)", [], { signal: controller.signal });
    await server.untilSleeping(connection.backendPid);
    controller.abort(new Enough());
    await assertRejects(() => ours, Enough);
    assertEquals((await before).scalars("how").one(), "slept");
  }, { overlaps: true });

  test("cancel: does not hit BEGIN, which would leave the statement without a transaction", async ({ engine, server }) => {
    await server.run("DROP TABLE IF EXISTS cancelled; CREATE TABLE cancelled (id int)");
    const connected = engine();
    for (let round = 0; round < 20; round++) {
      await using connection = await connected.connect();
      const controller = new AbortController();
      const sent = connection.execute("INSERT INTO cancelled VALUES ($1)", [round], { signal: controller.signal });
      for (let tick = 0; tick < round; tick++) await Promise.resolve();
      controller.abort(new Enough());
      await sent.catch((error) => assert(error instanceof Enough, `${error}`));
    }
    assertEquals(await server.run("SELECT id FROM cancelled"), []);
  });

  test("cancel: an abort after the answer changes nothing, and the connection stays", async ({ engine }) => {
    const connected = engine({ poolSize: 1 });
    const controller = new AbortController();
    const first = await connected.connect();
    await first.execute("SELECT 1", [], { signal: controller.signal });
    controller.abort(new Enough());
    await first.close();
    await using second = await connected.connect();
    assertEquals(second.backendPid, first.backendPid);
  });

  test("cancel: a statement that fails by itself keeps its own error", async ({ engine }) => {
    await using connection = await engine().connect();
    const signal = new AbortController().signal;
    await assertRejects(() => connection.execute("SELECT missing", [], { signal }), DatabaseError, "missing");
  });

  test("cancel: AbortSignal.timeout() ends a statement with its TimeoutError", async ({ engine }) => {
    await using connection = await engine().connect();
    const sent = connection.execute("SELECT pg_sleep(30)", [], { signal: AbortSignal.timeout(50) });
    assertEquals((await assertRejects(() => sent)).name, "TimeoutError");
  }, { overlaps: true });
}
