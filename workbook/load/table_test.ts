import { assertEquals } from "@std/assert";
import type { Load } from "./generator.ts";
import type { RunResult } from "./run.ts";
import { table } from "./table.ts";

const users = (users: number): Load => ({ loop: "closed", users, think: [0, 0] });

function result(changes: Partial<RunResult>): RunResult {
  return {
    driver: "pg",
    round: 1,
    load: users(4),
    delay: 0,
    roundTrip: 0.1,
    requests: 100,
    requestsPerSecond: 1000,
    latency: { p50: 0.512, p95: 2, p99: 15.51, max: 1234 },
    endpoints: {},
    statuses: { "200": 90, "201": 10 },
    cores: { generator: 0.1, application: 0.9, postgres: 0.5 },
    isGeneratorLimit: false,
    ...changes,
  };
}

const cells = (line: string) => line.split(/ {2,}/);

Deno.test("a row has the medians of its rounds, from the lowest to the highest rate", () => {
  const rounds = [1000, 3000, 1200].map((requestsPerSecond, n) => result({ round: n + 1, requestsPerSecond }));
  const [head, , row] = table(rounds);
  assertEquals(cells(head).slice(0, 5), ["load", "delay ms", "application", "requests/s", "from – to"]);
  assertEquals(cells(row), [
    ...["closed, 4 users", "0", "pg", "1,200", "1,000 – 3,000", "0.512", "2.00", "15.5", "1,234"],
    ...["0.10", "0.90", "0.50", "none"],
  ]);
});

Deno.test("every status that is not 2xx is counted over the rounds, and what was not measured is said", () => {
  const lines = table([
    result({ statuses: { "200": 1, "503": 2 } }),
    result({ statuses: { "503": 3, "no answer": 1 }, cores: { generator: 0.1, application: null, postgres: null } }),
    result({ driver: "libpq", cores: { generator: 0.1, application: null, postgres: null } }),
  ]);
  assertEquals(lines[2].endsWith("503 × 5, no answer × 1"), true);
  assertEquals(cells(lines[3]).slice(-3), ["not measured", "not measured", "none"]);
});

Deno.test("a mark and a sentence where the generator was the limit", () => {
  const lines = table([result({}), result({ driver: "postgres", isGeneratorLimit: true })]);
  assertEquals([cells(lines[2])[3], cells(lines[3])[3]], ["1,000", "1,000*"]);
  assertEquals(lines.at(-1)!.startsWith("* The generator was at its limit"), true);
  assertEquals(table([result({})]).some((line) => line.startsWith("*")), false);
});

Deno.test("rows are in order: closed before open, then by delay, then by load; applications the same in each", () => {
  const open: Load = { loop: "open", rate: 50, connections: 4 };
  const rows = table([
    result({ load: open }),
    result({ load: users(64), delay: 1 }),
    result({ load: users(64) }),
    result({ load: users(64), driver: "postgres" }),
    result({ load: users(4), driver: "postgres" }),
    result({ load: users(4) }),
  ]).slice(2, 8);
  assertEquals(rows.map((row) => cells(row).slice(0, 3).join("|")), [
    "closed, 4 users|0|pg",
    "closed, 4 users|0|postgres",
    "closed, 64 users|0|pg",
    "closed, 64 users|0|postgres",
    "closed, 64 users|1|pg",
    "open, 50 requests/s|0|pg",
  ]);
});
