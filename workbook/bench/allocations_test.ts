/**
 * A change after which an operation allocates half as much again as before, or more, is noticed.
 *
 * @module
 */
import { assertEquals, AssertionError } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { withFixture } from "./fixture.ts";

const database = testDatabase(import.meta.url);
const committed: Record<string, Record<string, number>> = JSON.parse(
  await Deno.readTextFile(new URL("allocations.json", import.meta.url)),
);
/** Twenty runs on a quiet machine and on a busy one differed by less than a tenth. */
const MOST = 1.5;

for (const [label, bytes] of Object.entries(committed)) {
  database.test(`${label} allocates what allocations.json says, or a little more or less`, async (url) => {
    await withFixture(url, async (fixture) => {
      const now = await measure(fixture.url, label);
      assertEquals(Object.keys(now), Object.keys(bytes));
      const moved = Object.entries(now).filter(([name, each]) =>
        each > bytes[name] * MOST || each * MOST < bytes[name]
      );
      if (moved.length === 0) return;
      const lines = moved.map(([name, each]) =>
        `${name}: ${each} bytes a call instead of ${bytes[name]}, ${(each / bytes[name]).toFixed(2)} times as many`
      );
      const advice = `If that is meant, put this into workbook/bench/allocations.json and say why in the commit:`;
      throw new AssertionError([`${label} ${lines.join("\n")}`, "", advice, JSON.stringify(now)].join("\n"));
    });
  });
}

async function measure(url: string, label: string): Promise<Record<string, number>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "-A",
      "--v8-flags=--no-opt,--no-maglev,--no-sparkplug",
      new URL("allocations.ts", import.meta.url).href,
      url,
      label,
    ],
  }).output();
  assertEquals(success, true, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
