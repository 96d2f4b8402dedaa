/** A tiny round of every operation, by the contestants that need nothing but this checkout, against the real database. */
import { assertEquals, assertRejects } from "@std/assert";
import { testDatabase } from "../../lib/workbook/test_database.ts";
import { withClient } from "../../lib/workbook/admin_client.ts";
import { type Fixture, withFixture } from "./fixture.ts";
import { measureOperation } from "./measure.ts";
import { delayed, roundTripTime } from "./network.ts";
import { operations } from "./operations.ts";
import { ContestantError, RemoteContestant } from "./remote.ts";
import { startContestants } from "./start.ts";

const database = testDatabase(import.meta.url);
const stop = new AbortController().signal;
const options = { rounds: 1, milliseconds: 1, warmUp: 1, stop, onProgress: () => {} };
const RAW_AND_OURS = ["pg, named", "pg, plain", "pg, pipelined", "postgres.js", "ours on pg", "ours on postgres.js"];

/** The waits of contestants in the order of `RAW_AND_OURS`. */
const ROUND_TRIPS: Record<string, number[]> = {
  "get-commit": [3, 3, 1, 3, 2, 2],
  "get-autocommit": [1, 1, 1, 1, 1, 1],
  "users-with-toys": [4, 4, 2, 4, 3, 3],
  "inserts-1000": [3, 3, 1, 3, 1, 1],
  "mixed": [8, 8, 2, 4, 4, 4],
};

database.test(
  "every contestant does every operation, and waits for the server as often as it should",
  async (url, t) => {
    await withFixture(url, async (fixture) => {
      await using contestants = await startContestants(stop);
      for (const operation of operations) {
        await t.step(operation.name, async () => {
          const expected = ROUND_TRIPS[operation.name];
          const isCounted = expected !== undefined;
          const result = await measureOperation(operation, contestants.all, fixture, {
            ...options,
            isCounted,
            url: fixture.url,
          });
          const names = operation.name === "identity-map"
            ? ["ours on pg", "ours on postgres.js", "bare await"]
            : RAW_AND_OURS;
          assertEquals(result.lines.map(({ contestant }) => contestant), names);
          assertEquals(result.lines.every(({ samples, median }) => samples > 0 && median > 0), true);
          if (isCounted) assertEquals(names.map((name) => result.roundTrips![name]), expected);
        });
      }
    });
  },
);

database.test("who does not do the work is named, before anything is measured", async (url) => {
  await withFixture(url, async (fixture) => {
    const get = operations.find(({ name }) => name === "get-commit")!;
    const answers = { id: "00000000-0000-4000-8000-000000000007", name: "hero 8", points: 8 };
    await using liar = await fake("liar", `{ value: ${JSON.stringify(answers)}, operations: ["get-commit"] }`);
    const error = await assertRejects(() => measure(get, [liar], fixture), ContestantError);
    assertEquals(error.message.startsWith(`liar: does not do "${get.title}": it gave {`), true, error.message);

    const asText = { id: answers.id, name: "hero 7", points: 7, created_at: "2026-01-01" };
    await using careless = await fake("careless", `{ value: ${JSON.stringify(asText)}, operations: ["get-commit"] }`);
    await assertRejects(
      () => measure(get, [careless], fixture),
      ContestantError,
      `careless: does not do "${get.title}": created_at is no time.`,
    );
    await using broken = await fake("broken", `{ error: "no such table" }`);
    await assertRejects(() => measure(get, [broken], fixture), ContestantError, "broken: no such table");
  });
});

database.test("what writes less than it should is found in the tables", async (url) => {
  await withFixture(url, async ({ client }) => {
    const check = (name: string, answer: unknown) =>
      operations.find((each) => each.name === name)!.check(answer, client);
    assertEquals(await check("updates-1000", 5), "1000 of 1000 heroes were not updated");
    const rows = Array.from({ length: 1_000 }, () => ({ created_at: { time: "" } }));
    assertEquals(await check("inserts-1000", rows), "arrivals has 0 rows instead of 1000");
    await client.query("INSERT INTO notes (name, points) SELECT 'note', n FROM generate_series(1, 3000) AS n");
    assertEquals(await check("delete", 1), "note 1 is still there");
    await client.query("DELETE FROM notes WHERE id <= 2");
    assertEquals(await check("delete", 1), "2 notes are gone instead of one");
    const user = "00000000-0000-4000-8000-000000000001";
    assertEquals(await check("mixed", { user, note: 1, step: 1 }), "the user is named user 1");
  });
});

database.test("the schema is dropped, also after an error, and two benchmarks do not meet", async (url) => {
  const schemas = () =>
    withClient(url, async (client) => {
      const { rows } = await client.query("SELECT nspname FROM pg_namespace WHERE nspname = 'workbook_bench'");
      return rows.length;
    });
  await assertRejects(
    () =>
      withFixture(url, async () => {
        assertEquals(await schemas(), 1);
        await assertRejects(() => withFixture(url, () => Promise.resolve()), Error, "Another benchmark is running");
        assertEquals(await schemas(), 1);
        throw new Error("stopped");
      }),
    Error,
    "stopped",
  );
  assertEquals(await schemas(), 0);
});

database.test("the proxy makes a round trip longer, and ends with what started it", async (url) => {
  await using network = await delayed(url, 20);
  assertEquals(await roundTripTime(network.url) >= 20, true);
});

function measure(operation: typeof operations[number], contestants: RemoteContestant[], fixture: Fixture) {
  return measureOperation(operation, contestants, fixture, { ...options, isCounted: false, url: fixture.url });
}

/** A process that gives the same answer to everything. @param answer JavaScript. */
function fake(name: string, answer: string): Promise<RemoteContestant> {
  const code = `
    console.log(JSON.stringify({ name: ${JSON.stringify(name)}, packages: [], notes: [] }));
    for await (const _ of Deno.stdin.readable) console.log(JSON.stringify(${answer}));`;
  return RemoteContestant.start(name, [Deno.execPath(), "eval", code], stop);
}
