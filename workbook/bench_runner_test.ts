import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { BenchmarkError, runBenchmark } from "./bench_runner.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);

database.test("a benchmark runs in a process of its own, tells its progress and brings its figures", async (url) => {
  const lines: string[] = [];
  // only one benchmark runs in a database, and a notebook may be at it in the usual one
  const options = { url, onProgress: (line: string) => lines.push(line) };
  const { operations } = await runBenchmark(["--quick", "--only", "get-autocommit"], options);
  assertMatch(lines[0], /^\[1 of 1\] get-autocommit/);
  const [{ name, rounds, lines: found }] = operations;
  assertEquals([name, rounds >= 6, found.find(({ contestant }) => contestant === "pg, named")?.ratio], [
    "get-autocommit",
    true,
    1,
  ]);
});

database.test("one that fails is an error with what it said last", async () => {
  const wrong = runBenchmark(["--only", "nothing"], { onProgress: () => {} });
  await assertRejects(() => wrong, BenchmarkError, 'status 2: Unknown operation "nothing"');
});
