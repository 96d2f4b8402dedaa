/** Checks of notebook 07 that look at the time: a right answer passes on a busy machine, too. */
import { assertEquals } from "@std/assert";
import { sleep } from "../../lib/base/sleep.ts";
import type { Engine } from "../../lib/mod.ts";
import { recordEvents } from "../show/mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import exercises from "./07.ts";

const database = testDatabase(import.meta.url);

async function grade(id: string, answer: unknown) {
  const { grade } = exercises.find((each) => each.id === id)!;
  return await grade(answer, { milliseconds: 0, signal: new AbortController().signal });
}

/** Keeps the thread. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

database.test("exercise 07.1 counts statements on connections that are open", async (url) => {
  let opened: number | undefined;
  const page = async (engine: Engine) => {
    const recording = recordEvents(engine);
    const ask = async (sql: string) => (await (await engine.connect()).execute(sql)).scalarOne();
    const [hero, shells, toys] = await Promise.all([
      ask("SELECT 'sandy' FROM pg_sleep(0.1)"),
      ask("SELECT 20 FROM pg_sleep(0.1)"),
      ask("SELECT 3 FROM pg_sleep(0.1)"),
    ]);
    recording.stop();
    opened = recording.events.filter(({ type }) => type === "connect").length;
    return { hero, shells, toys };
  };
  assertEquals([(await grade("07.1", { url, page })).status, opened], ["PASS", 0]);
});

Deno.test("exercise 07.2: what the machine holds up once does not block", async () => {
  let runs = 0;
  const handlers = {
    A: async () => {
      if (runs++ === 0) block(150);
      await sleep(10);
    },
    B: async () => {
      await sleep(1);
      block(100);
    },
  };
  const status = async (blockers: string[]) => (await grade("07.2", { url: "", handlers, blockers })).status;
  assertEquals(await status(["B"]), "PASS");
  assertEquals(await status(["A", "B"]), "NOT YET");
  assertEquals(await status(["A"]), "NOT YET");
});
