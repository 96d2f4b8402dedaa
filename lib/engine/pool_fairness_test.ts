/** Who came first is served first, whatever becomes of the connection that he is given. */
import { assert, assertEquals } from "@std/assert";
import { CallSite } from "../base/call_site.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { connectSettings } from "./connect_settings.ts";
import { driver } from "./drivers/pg.ts";
import type { DriverConnection } from "./driver.ts";
import { createEngine, type Engine, type EngineOptions } from "./engine.ts";
import { ConnectError, ConnectionLostError } from "./errors.ts";
import { EngineEvents } from "./events.ts";
import { resolveOptions } from "./options.ts";
import { Pool, type PoolOptions } from "./pool.ts";
import { chance } from "../../testing/chance.ts";
import { Server } from "../../testing/server.ts";
import { type DriverName, EngineUrl } from "./url.ts";

const database = testDatabase(import.meta.url);
const COUNT = 15;
const inOrder = Array.from({ length: COUNT }, (_, task) => task);

/** The order in which tasks that came one after another got the one connection; each does its work with it. */
async function orderOf(engine: Engine, work: (task: number, pid: number) => Promise<void>): Promise<number[]> {
  const order: number[] = [];
  const task = async (number: number) => {
    try {
      await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
      order.push(number);
      await connection.execute("SELECT 1");
      await work(number, connection.backendPid);
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error; // of a kill that nobody had heard of
    }
  };
  await Promise.all(inOrder.map(task));
  return order;
}

for (const name of ["pg", "postgres", "wire", "libpq"] as const) {
  const on = (url: string, options: EngineOptions = {}) =>
    createEngine(EngineUrl.parse(url).withDriver(name as DriverName), {
      poolSize: 1,
      maxOverflow: 0,
      nonblocking: true,
      ...options,
    });

  database.test(`${name}: in order, though connections grow old: poolRecycle, maxLifetime`, async (url) => {
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 4));
    for (const options of [{ poolRecycle: 5 }, { maxLifetime: 5 }, { poolRecycle: 0 }]) {
      await using engine = on(url, options);
      const pids = new Set<number>();
      assertEquals(await orderOf(engine, (_, pid) => wait().then(() => void pids.add(pid))), inOrder);
      assert(pids.size > 1, "none was replaced");
      assertEquals(engine.poolStatus.waiting, 0);
    }
  });

  database.test(`${name}: in order, though connections are killed`, async (url) => {
    await using server = new Server(url);
    for (const poolPrePing of [false, true]) {
      await using engine = on(url, { poolPrePing });
      // each third one is given back dead, and with pre-ping before anybody can have heard of it
      const kill = async (task: number, pid: number) => {
        if (task % 3 === 0) {
          await (poolPrePing ? server.terminate(pid) : server.kill(pid));
        }
      };
      assertEquals(await orderOf(engine, kill), inOrder);
    }
  });
}

database.test("in order, though the server refuses each second connection", async (url) => {
  let opened = 0;
  const pool = poolOf(url, { size: 1 }, (open) => {
    if (++opened % 2 === 0) throw new ConnectError("here", "refused for the test");
    return open();
  });
  const order: [number, boolean][] = [];
  const task = async (number: number) => {
    try {
      const connection = await pool.checkout(new CallSite());
      order.push([number, true]);
      connection.driver.drop(new Error("used once"));
      await pool.checkin(connection);
    } catch {
      order.push([number, false]);
    }
  };
  await Promise.all(inOrder.map(task));
  assertEquals(order, inOrder.map((number) => [number, number % 2 === 0]));
  await pool.dispose();
});

/** A pool over pg whose connections are opened by `open`. */
function poolOf(
  url: string,
  options: Partial<PoolOptions>,
  wrap: (open: () => Promise<DriverConnection>) => Promise<DriverConnection> = (open) => open(),
): Pool {
  const target = EngineUrl.parse(url).withDriver("pg");
  const settings = connectSettings(target, resolveOptions("Pool", target, { connectTimeout: 30_000 }));
  const defaults = { size: 5, maxOverflow: 0, timeout: 60_000, answerTimeout: 30_000, minIdle: 0 };
  const never = { recycle: Infinity, maxLifetime: Infinity, idleTimeout: Infinity, prePing: false };
  const open = async () => await wrap(() => driver.connect(settings));
  return new Pool({ open }, { ...defaults, ...never, ...options }, new EngineEvents());
}

for (let seed = 1; seed <= 6; seed++) {
  database.test(`any order of events (${seed}): the limits hold, nobody is forgotten or overtaken`, async (url) => {
    const random = chance(seed);
    const limits = { size: 1 + Math.floor(random() * 3), maxOverflow: Math.floor(random() * 2) };
    const most = limits.size + limits.maxOverflow;
    let open = 0;
    let mostOpen = 0;
    const pool = poolOf(url, { ...limits, recycle: 8, maxLifetime: 30, idleTimeout: 3 }, async (connect) => {
      mostOpen = Math.max(mostOpen, ++open); // counted while it is being opened, too
      try {
        if (random() < 0.15) throw new ConnectError("here", "refused for the test");
        const connection = await connect();
        const [close, drop] = [connection.close.bind(connection), connection.drop.bind(connection)];
        let isGone = false;
        const gone = () => {
          if (!isGone) open--;
          isGone = true;
        };
        // its place is free as soon as its end is begun
        connection.close = (limit) => (gone(), close(limit));
        connection.drop = (reason) => (drop(reason), gone());
        return connection;
      } catch (error) {
        open--;
        throw error;
      }
    });
    const served: number[] = [];
    const task = async (number: number) => {
      const signal = random() < 0.1 ? AbortSignal.timeout(Math.floor(random() * 10)) : undefined;
      let connection;
      try {
        connection = await pool.checkout(new CallSite(), signal);
      } catch {
        if (!signal) served.push(number); // refused in his turn
        return signal ? "gave up" : "refused";
      }
      if (!signal) served.push(number);
      const { held, idle } = pool.status();
      assert(held + idle <= most, `${held} held and ${idle} idle of ${most}`);
      const fate = random();
      if (fate < 0.6) await connection.driver.query({ sql: "SELECT 1", parameters: [] });
      else if (fate < 0.8) await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 12)));
      else if (fate < 0.9) connection.driver.drop(new Error("killed for the test"));
      else connection.discard = true;
      await pool.checkin(connection);
      return "served";
    };
    const all: Promise<string>[] = [];
    for (let number = 0; number < 120; number++) {
      all.push(task(number));
      if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 10)));
    }
    const outcomes = await Promise.all(all);
    assert(outcomes.filter((outcome) => outcome === "served").length > 60);
    // those who hold the other connections may have got theirs in the same turn of the loop, and none who came later
    served.forEach((number, position) => {
      const overtaking = served.slice(0, position).filter((other) => other > number);
      assert(overtaking.length < most, `${overtaking} came before ${number}, with ${most} connections at most`);
    });
    if (most === 1) assertEquals(served, served.toSorted((a, b) => a - b));
    assert(mostOpen <= most, `${mostOpen} open of ${most}`);
    assertEquals([pool.status().held, pool.status().waiting], [0, 0]);
    await pool.dispose();
    assertEquals([pool.status().idle, open], [0, 0]);
  });
}
