import { assertEquals, assertNotEquals } from "@std/assert";
import { type Exchange, knownId, REQUESTS_PER_TASK, seeded, tasks } from "./workload.ts";

/** The endpoints with which so many tasks begin. */
function deal(count: number, seed: number): string[] {
  const nextTask = tasks(seeded(seed));
  return Array.from({ length: count }, () => nextTask().endpoint);
}

Deno.test("the mix is 100 : 100 : 50 : 25", () => {
  const found = Map.groupBy(deal(275, 1), (endpoint) => endpoint);
  const counts = Object.fromEntries([...found].map(([endpoint, all]) => [endpoint, all.length]));
  assertEquals(counts, { "GET /toys": 100, "GET /users": 100, "POST /toys": 50, "POST /users": 25 });
  assertEquals(REQUESTS_PER_TASK, 350 / 275);
});

Deno.test("the same seed gives the same tasks, another one another order", () => {
  assertEquals(deal(22, 1), deal(22, 1));
  assertNotEquals(deal(22, 1), deal(22, 2));
  assertNotEquals(deal(22, 1).slice(0, 11), deal(22, 1).slice(11));
});

Deno.test("random numbers are spread over 0 to 1", () => {
  const random = seeded(7);
  const tenths = new Array<number>(10).fill(0);
  for (let n = 0; n < 100_000; n++) tenths[Math.floor(random() * 10)]++;
  assertEquals(tenths.map((count) => Math.round(count / 1000)), new Array<number>(10).fill(10));
});

Deno.test("a POST is followed by a GET of what it made", () => {
  const posts = new Map<string, Exchange>();
  const nextTask = tasks(seeded(1));
  while (posts.size < 2) {
    const task = nextTask();
    if (task.method === "POST") posts.set(task.endpoint, task);
  }
  const after = [...posts.values()].map(({ next }) => next!(`{"id":"${knownId(7)}"}`));
  assertEquals(after.map(({ endpoint }) => endpoint).sort(), ["GET /toys/{id}", "GET /users/{id}"]);
  assertEquals(after.map(({ path }) => path).sort(), [`/toys/${knownId(7)}`, `/users/${knownId(7)}`]);
  assertEquals(after.map(({ next }) => next), [undefined, undefined]);
});
