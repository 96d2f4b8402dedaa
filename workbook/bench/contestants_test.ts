/** A tiny round of every operation, by the contestants that need nothing but this checkout, against the real database. */
import { assertEquals, AssertionError, assertRejects } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { withClient } from "../admin_client.ts";
import { measureStarts, measureStream } from "./cold.ts";
import { type Fixture, withFixture } from "./fixture.ts";
import { measureKernels } from "./kernels.ts";
import { measureOperation } from "./measure.ts";
import { movedCosts } from "./moved_costs.ts";
import { delayed } from "./network.ts";
import { roundTripTime } from "../network/round_trip_time.ts";
import { isCounted, operations } from "./operations.ts";
import { ContestantError, RemoteContestant } from "./remote.ts";
import { roundTripText } from "./report.ts";
import type { OperationResult } from "../bench_record.ts";
import { ownCommands, startContestants } from "./start.ts";

const database = testDatabase(import.meta.url);
const stop = new AbortController().signal;
const options = { rounds: 1, limit: 0, milliseconds: 1, warmUp: 1, delay: 0, stop, onProgress: () => {} };

database.test("every contestant does every operation, at the committed cost", async (url, t) => {
  await withFixture(url, async (fixture) => {
    await using contestants = await startContestants(ownCommands(), stop);
    const results: OperationResult[] = [];
    // more rows of the same are no other work
    for (const operation of operations.filter(({ rows = 1_000 }) => [1, 1_000].includes(rows))) {
      await t.step(operation.name, async () => {
        const result = await measureOperation(operation, contestants.all, fixture, {
          ...options,
          isCounted: isCounted(operation),
          url: fixture.url,
        });
        const names = contestants.all.map(({ name }) => name).filter((name) => {
          return operation.name === "identity-map" ? /^ours|await/.test(name) : name !== "bare await";
        });
        assertEquals(result.lines.map(({ contestant }) => contestant), names);
        assertEquals(result.lines.every(({ samples, median }) => samples > 0 && median > 0), true);
        if (isCounted(operation)) results.push(result);
      });
    }
    await t.step("round trips and statements of each are those of costs.txt", async () => {
      const committed = await Deno.readTextFile(new URL("costs.txt", import.meta.url));
      const now = roundTripText(results) + "\n";
      const moved = movedCosts(committed, now);
      if (moved.length > 0) {
        const advice = "If that is meant, make this the text of workbook/bench/costs.txt and say why in the commit:";
        throw new AssertionError(`Round trips/statements have moved:\n${moved.join("\n")}\n\n${advice}\n\n${now}`);
      }
      assertEquals(now, committed);
    });
  });
});

database.test("what a fresh process shows: import, first row, and a stream with its memory", async (url) => {
  await withFixture(url, async (fixture) => {
    await using contestants = await startContestants(
      ownCommands().filter(({ label }) => ["pg-named", "ours-pg", "bare-await"].includes(label)),
      stop,
    );
    const cold = { rounds: 1, limit: 0, url: fixture.url, delay: 0, stop, onProgress: () => {} };
    const [imports, firsts] = await measureStarts(contestants.all, fixture, cold);
    const named = (result: OperationResult) => result.lines.map(({ contestant }) => contestant);
    assertEquals([named(imports), named(firsts)], [["pg, named", "ours on pg"], ["pg, named", "ours on pg"]]);
    for (const [index, { median }] of imports.lines.entries()) {
      assertEquals(0 < median && median < firsts.lines[index].median, true);
    }
    const stream = await measureStream(contestants.all, fixture, cold);
    assertEquals(named(stream), ["pg, named", "ours on pg"]);
    if (Deno.build.os === "linux") assertEquals(Object.keys(stream.memory!), named(stream));
  });
});

database.test("what a fresh kernel shows: import and first row", async (url) => {
  await withFixture(url, async (fixture) => {
    const cold = { rounds: 1, limit: 0, url: fixture.url, delay: 0, stop, onProgress: () => {} };
    const [imports, firsts] = await measureKernels(fixture, cold);
    const names = ["pg, named", "ours on pg", "ours on postgres.js", "ours on libpq"];
    for (const { lines } of [imports, firsts]) assertEquals(lines.map(({ contestant }) => contestant), names);
    for (const [index, { median }] of imports.lines.entries()) {
      assertEquals(0 < median && median < firsts.lines[index].median, true);
    }
  });
});

database.test("who does not do the work is named, before anything is measured", async (url) => {
  await withFixture(url, async (fixture) => {
    const get = operations.find(({ name }) => name === "get-commit")!;
    const answers = { id: "00000000-0000-4000-8000-000000000007", name: "hero 8", points: 8 };
    await using liar = await fake("liar", `{ value: ${JSON.stringify(answers)}, operations: ["get-commit"] }`);
    const error = await assertRejects(() => measure(get, [liar], fixture), ContestantError);
    assertEquals(error.message.startsWith(`liar: fails "${get.title}": it returned {`), true, error.message);

    const asText = { id: answers.id, name: "hero 7", points: 7, created_at: "2026-01-01" };
    await using careless = await fake("careless", `{ value: ${JSON.stringify(asText)}, operations: ["get-commit"] }`);
    await assertRejects(
      () => measure(get, [careless], fixture),
      ContestantError,
      `careless: fails "${get.title}": created_at is not a time.`,
    );
    await using broken = await fake("broken", `{ error: "no such table" }`);
    await assertRejects(() => measure(get, [broken], fixture), ContestantError, "broken: no such table");
  });
});

Deno.test("a contestant whose program is missing is named", async () => {
  await assertRejects(
    () => RemoteContestant.start({ label: "nobody", program: ["no-such-program"] }, stop),
    ContestantError,
    "nobody: cannot be started. ",
  );
});

database.test("what writes less than it should is found in the tables", async (url) => {
  await withFixture(url, async ({ client }) => {
    const check = (name: string, answer: unknown) =>
      operations.find((each) => each.name === name)!.check(answer, client);
    assertEquals(await check("updates-1000", 5), "1000 of 1000 heroes were not updated");
    const rows = Array.from({ length: 1_000 }, () => ({ created_at: { time: "" } }));
    assertEquals(await check("inserts-1000", rows), "arrivals has 0 rows instead of 1000");
    await client.query("INSERT INTO notes (name, points) SELECT 'note', n FROM generate_series(1, 3000) AS n");
    assertEquals(await check("delete", 1), "note 1 was not deleted");
    await client.query("DELETE FROM notes WHERE id <= 2");
    assertEquals(await check("delete", 1), "2 notes are gone instead of one");
    const user = "00000000-0000-4000-8000-000000000001";
    assertEquals(await check("mixed", { user, note: 1, step: 1 }), "the user is named user 1");
  });
});

database.test("rows are put back for another round of all operations", async (url) => {
  await withFixture(url, async ({ client, reset }) => {
    const rows = async () =>
      (await client.query("SELECT count(*), sum(points), (SELECT count(*) FROM user_toy) AS toys FROM heroes")).rows;
    const before = await rows();
    await client.query(
      "UPDATE heroes SET points = 0; DELETE FROM toys; INSERT INTO notes (name, points) VALUES ('', 1)",
    );
    await reset();
    assertEquals(await rows(), before);
    assertEquals((await client.query("SELECT id FROM notes")).rows, []);
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

/**
 * A process that gives the same answer to everything.
 * @param answer JavaScript.
 */
function fake(name: string, answer: string): Promise<RemoteContestant> {
  const code = `
    console.log(JSON.stringify({ name: ${JSON.stringify(name)}, packages: [], notes: [], isChecked: true }));
    for await (const _ of Deno.stdin.readable) console.log(JSON.stringify(${answer}));`;
  return RemoteContestant.start({ label: name, program: [Deno.execPath(), "eval", code] }, stop);
}
