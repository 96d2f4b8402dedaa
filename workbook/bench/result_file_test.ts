import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { compareRuns, readRun, writeRun } from "./result_file.ts";
import type { Line, RunResult } from "../bench_record.ts";
import type { Interval } from "../median_interval.ts";

Deno.test("only ratios whose intervals do not overlap have moved", () => {
  const before = run([["raw", [1, 1]], ["faster", [0.8, 0.9]], ["same", [2, 3]], ["gone", [1, 2]]]);
  const after = run([["raw", [1, 1]], ["faster", [0.5, 0.6]], ["same", [2.9, 4]], ["new", [1, 2]]]);
  const { moves, compared } = compareRuns(before, after);
  assertEquals(moves.map(({ contestant, before, after }) => [contestant, before.interval, after.interval]), [
    ["faster", [0.8, 0.9], [0.5, 0.6]],
  ]);
  assertEquals(compared, 2);
});

Deno.test("ratios to another reference are not compared", () => {
  const before = run([["raw", [1, 1]], ["ours", [5, 6]]], "raw");
  const after = run([["raw", [3, 4]], ["ours", [1, 1]]], "ours");
  assertEquals(compareRuns(before, after), { moves: [], compared: 0 });
});

Deno.test("operations with another delay are not compared", () => {
  const before = run([["raw", [1, 1]], ["ours", [5, 6]]]);
  const after = run([["raw", [1, 1]], ["ours", [1, 2]]], "raw", 1);
  assertEquals(compareRuns(before, after), { moves: [], compared: 0 });
});

Deno.test("a run is read back as it was written; another file is refused with what to do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "run.json");
    const written = run([["raw", [1, 1]]]);
    await writeRun(path, written);
    assertEquals(await readRun(path), written);
    await Deno.writeTextFile(path, "{}");
    await assertRejects(() => readRun(path), UsageError, "is not a result of this benchmark");
    await Deno.writeTextFile(path, "no JSON");
    await assertRejects(() => readRun(path), UsageError, "is not a result of this benchmark");
    await assertRejects(() => readRun(join(folder, "none.json")), UsageError, "cannot be read. Create one with");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function run(lines: [contestant: string, interval: Interval][], reference = "raw", delay = 0): RunResult {
  return {
    format: 2,
    made: "2026-01-01T00:00:00.000Z",
    versions: ["PostgreSQL 18.4"],
    network: [{ delay, milliseconds: 0.2 }],
    settings: { rounds: 30, milliseconds: 15, warmUp: 500 },
    notes: [],
    operations: [{
      name: "get",
      title: "get",
      reference,
      delay,
      rounds: 30,
      lines: lines.map(([contestant, interval]): Line => {
        return { contestant, samples: 1, median: 1, half: [1, 1], ratio: interval[0], interval };
      }),
    }],
  };
}
