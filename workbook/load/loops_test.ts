import { assert, assertEquals } from "@std/assert";
import { until } from "../../testing/until.ts";
import { HttpConnection } from "./http_connection.ts";
import { closedLoop, openLoop, schedule, type Users } from "./loops.ts";
import { Measurement } from "./measurement.ts";
import { seeded, tasks } from "./workload.ts";

Deno.test("the open loop's tasks are evenly spread, and as many as the rate wants", () => {
  const times = schedule(350, 2); // 350 requests are 275 tasks
  assertEquals(times.length, 550);
  assertEquals([times[0], Math.round(times[275])], [0, 1000]);
  const spacings = new Set(times.slice(1).map((time, n) => (time - times[n]).toFixed(6)));
  assertEquals(spacings, new Set([(1000 / 275).toFixed(6)]));
});

/** A server whose every answer takes a while, or comes when all is over, and users of it. */
async function against(
  milliseconds: number | "for ever",
  connections: number,
  run: (users: Users, start: number) => Promise<void>,
): Promise<{ measurement: Measurement; served: number }> {
  let served = 0;
  const over = Promise.withResolvers<void>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    served++;
    await (milliseconds === "for ever" ? over.promise : new Promise((resolve) => setTimeout(resolve, milliseconds)));
    return Response.json({ id: "1" });
  });
  const start = performance.now();
  const measurement = new Measurement(start, start + 60_000);
  const address = { hostname: "127.0.0.1", port: server.addr.port };
  const all = Array.from({ length: connections }, () => new HttpConnection(address));
  await run({ connections: all, nextTask: tasks(seeded(1)), measurement, until: start + 300 }, start);
  for (const connection of all) connection[Symbol.dispose]();
  over.resolve();
  return { measurement, served };
}

Deno.test("closed loop: each user waits for the answer, so slow answers mean few requests", async () => {
  const { measurement, served } = await against(50, 2, (users) => closedLoop(users, [0, 0], Math.random));
  const { requests, statuses } = measurement.summary();
  assertEquals([requests, statuses], [served, { "200": served }]);
  assert(served <= 2 * 7 + 2, `${served} requests of two users in 300 ms`); // a POST begun in time has its GET after it
});

Deno.test("open loop: every task is sent although answers are slow, and its waiting counts", async () => {
  const times = Array.from({ length: 20 }, (_, n) => n * 2);
  const { measurement, served } = await against(50, 1, async (users, start) => {
    await openLoop(users, start, times, new AbortController().signal);
  });
  const { requests, latency } = measurement.summary();
  assertEquals(requests, served);
  assert(requests >= 20);
  // each task waits for those before it, 50 ms at least for each, but is due 2 ms after the one before
  assert(latency.max >= 19 * (50 - 2), `the last one waited ${latency.max} ms`);
});

Deno.test("open loop: what never found a connection is counted as not answered", async () => {
  const giveUp = new AbortController();
  const { measurement } = await against("for ever", 1, async (users, start) => {
    const timer = setTimeout(() => {
      giveUp.abort();
      users.connections[0][Symbol.dispose]();
    }, 50);
    await openLoop(users, start, [0, 1, 2], giveUp.signal);
    clearTimeout(timer);
  });
  assertEquals(measurement.summary().statuses, { "no answer": 3 });
});

Deno.test("open loop: what was due when nobody waited any more counts too, however late the timer is", async () => {
  const { measurement } = await against("for ever", 1, async (users, start) => {
    await until("three are due", () => performance.now() > start + 2);
    await openLoop(users, start, [0, 1, 2, 60_000], AbortSignal.abort()); // the timer's thread has not even begun
  });
  assertEquals(measurement.summary().statuses, { "no answer": 3 });
});
