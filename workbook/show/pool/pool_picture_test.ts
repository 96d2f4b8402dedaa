import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { EngineEvent } from "../../../lib/engine/events.ts";
import { createEngine, PoolTimeoutError } from "../../../lib/mod.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { poolPicture } from "./pool_picture.ts";
import { NoEventsError } from "../timeline/timeline.ts";

const database = testDatabase(import.meta.url);

/** One connection is used twice and closed, another is forgotten while somebody waits in vain. */
const events: EngineEvent[] = [
  { type: "connect", at: 0, milliseconds: 10, connection: 1 },
  { type: "connect", at: 0, milliseconds: 12, connection: 2 },
  { type: "checkout", at: 10, connection: 1, holder: "loadUsers (users.ts:12:5)" },
  { type: "checkin", at: 10, milliseconds: 20, connection: 1 },
  { type: "checkout", at: 12, connection: 2, holder: "forgets (toys.ts:7:3)" },
  { type: "checkout", at: 60, connection: 1, holder: "loadToys (toys.ts:3:1)" },
  { type: "checkin", at: 60, milliseconds: 10, connection: 1 },
  { type: "close", at: 80, connection: 1, reason: "overflow" },
  { type: "wait", at: 20, milliseconds: 40, connection: 1 },
  { type: "wait", at: 70, milliseconds: 30 },
];

Deno.test("the pool's picture: who held which connection for how long, and what was never given back", () => {
  const { holds, leaks, table } = poolPicture(events);
  assertEquals(holds.map(({ connection, from, to, returned }) => [connection, from, to, returned]), [
    [1, 10, 30, true],
    [1, 60, 70, true],
    [2, 12, 100, false],
  ]);
  assertEquals(leaks, [{ connection: 2, holder: "forgets (toys.ts:7:3)", from: 12, to: 100, returned: false }]);
  assertStringIncludes(table.markdown, "forgets (toys.ts:7:3) | 12 | 88 | NOT RETURNED |");
});

Deno.test("the pool's picture as text: each connection's life, and each wait", () => {
  assertEquals(poolPicture(events, { title: "A leak" }).text.split("\n"), [
    "A leak",
    "waiting",
    "  20 to 60 ms: waits for a connection: 40 ms, then got connection 1",
    "  70 to 100 ms: waits for a connection: 30 ms, timed out",
    "  100 ms: error",
    "connection 1",
    "  0 to 10 ms: connects",
    "  10 to 30 ms: held: loadUsers (users.ts:12:5)",
    "  30 to 60 ms: idle in the pool",
    "  60 to 70 ms: held: loadToys (toys.ts:3:1)",
    "  70 to 80 ms: idle in the pool",
    "  80 ms: closed: overflow",
    "connection 2",
    "  0 to 12 ms: connects",
    "  12 to 100 ms: still checked out at the end: not returned: forgets (toys.ts:7:3)",
  ]);
});

Deno.test("the picture names the holder of a leak in its bar, and explains its own words", () => {
  const { svg } = poolPicture(events);
  for (const text of ["not returned: forgets (toys.ts:7:3)", "still checked out at the end", "held", "connecting"]) {
    assertStringIncludes(svg, `>${text}</text>`);
  }
  assertEquals(poolPicture(events.slice(0, 4)).svg.includes("still checked out"), false, "only what is drawn");
});

Deno.test("a pool without events says how to record some", () => {
  assertThrows(() => poolPicture([]), NoEventsError, "recordEvents(engine)");
});

database.test("a real pool that runs dry: the leak is named by its place in the program", async (url) => {
  const engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeout: 20 });
  const forgotten: AsyncDisposable[] = [];
  async function forgets() {
    forgotten.push(await engine.connect());
  }
  const { leaks, holds } = await poolPicture(engine, async () => {
    await engine.begin((connection) => connection.execute("SELECT 1"));
    await forgets();
    await assertRejects(() => engine.connect(), PoolTimeoutError);
  });
  assertEquals([holds.length, leaks.length], [2, 1]);
  assertStringIncludes(leaks[0].holder, "forgets (pool_picture_test.ts:");
  for (const connection of forgotten) await connection[Symbol.asyncDispose]();
  await engine.dispose();
});
