import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { LoadTestError, runLoadTest } from "./load_runner.ts";
import { isShared } from "./measuring_task.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const SHORT = ["--drivers", "pg", "--users", "2", "--loop", "closed", "--delay", "0", "--rounds", "1"];

database.test("a load test runs in a process of its own, tells its progress and brings its figures", async () => {
  const lines: string[] = [];
  const record = await runLoadTest([...SHORT, "--seconds", "0.3", "--warm-up", "0.1"], {
    onProgress: (line) => lines.push(line),
  });
  assertMatch(lines.at(-1)!, /^\[1 of 1\] closed, 2 users, 0 ms, round 1: pg, about \d+ s left$/);
  assertEquals(record.runs.map(({ driver, load, delay }) => ({ driver, load, delay })), [
    { driver: "pg", load: { loop: "closed", users: 2, think: [0, 0] } as never, delay: 0 },
  ]);
  const [{ requestsPerSecond, latency, statuses }] = record.runs;
  assert(requestsPerSecond > 0 && latency.p50 > 0 && latency.p50 <= latency.p99);
  assertEquals(Object.keys(statuses).filter((status) => !status.startsWith("2")), []);
});

database.test("one that fails, or takes too long, is an error with what it said last", async () => {
  const wrong = runLoadTest(["--users", "none"], { onProgress: () => {} });
  await assertRejects(() => wrong, LoadTestError, 'status 2: --users takes whole numbers from 1 to 10000, not "none".');
  const long = runLoadTest([...SHORT, "--seconds", "60"], { deadline: 1_000, onProgress: () => {} });
  await assertRejects(() => long, LoadTestError, "terminated after 1 s");
});

Deno.test("a machine is shared where WORKBOOK_SHARED, or a hub, says so", () => {
  const shared = (env: Record<string, string>) => isShared((name) => env[name]);
  assertEquals([shared({}), shared({ JUPYTERHUB_USER: "ann" }), shared({ WORKBOOK_SHARED: "1" })], [false, true, true]);
  assertEquals(shared({ JUPYTERHUB_USER: "ann", WORKBOOK_SHARED: "0" }), false);
});

database.test("on a machine that many share nothing is run, and the recorded load test comes back", async () => {
  const said: string[] = [];
  const { runs } = await runLoadTest(["--users", "none"], { onProgress: (line) => said.push(line), shared: true });
  assertEquals([runs.length > 10, said.length], [true, 1]);
  assertMatch(said[0], /shared.*recorded/);
});
