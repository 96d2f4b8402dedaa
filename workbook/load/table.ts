/**
 * Results as a table: a row per load, delay and application.
 *
 * @module
 */
import { isGood } from "./measurement.ts";
import { loadName } from "./plan.ts";
import type { RunResult } from "./run.ts";

const HEAD = [
  "load",
  "delay ms",
  "application",
  "requests/s",
  "from – to",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "max ms",
  "generator",
  "application",
  "PostgreSQL",
  "not 2xx",
];

/** Left-aligned columns. */
const LEFT = [0, 2, 12];

/**
 * Formats the table. With several rounds, each figure is the median; `max` and `not 2xx` cover all rounds.
 * @returns the lines, followed by notes on the marks.
 */
export function table(results: readonly RunResult[]): string[] {
  const groups = [...Map.groupBy(results, ({ load, delay, driver }) => JSON.stringify([load, delay, driver])).values()];
  const rows = inOrder(groups).map(row);
  const widths = HEAD.map((head, n) => Math.max(head.length, ...rows.map((cells) => cells[n].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, n) => LEFT.includes(n) ? cell.padEnd(widths[n]) : cell.padStart(widths[n])).join("  ").trimEnd();
  return [
    line(HEAD),
    line(widths.map((width) => "─".repeat(width))),
    ...rows.map(line),
    "",
    "generator, application, PostgreSQL: cores in use, 1.00 being one core all the time.",
    ...(results.some(({ isGeneratorLimit }) => isGeneratorLimit)
      ? [
        "* The generator was at its limit: the application may sustain more load, and its latencies may be lower.",
      ]
      : []),
  ];
}

/** Sorts rows to compare next to each other: by loop, delay and load, then application. */
function inOrder(groups: RunResult[][]): RunResult[][] {
  const drivers = [...new Set(groups.map(([{ driver }]) => driver))]; // the runs took turns
  const key = ([{ load, delay, driver }]: RunResult[]) => [
    load.loop === "closed" ? 0 : 1,
    delay,
    amount(load),
    drivers.indexOf(driver),
  ];
  return groups.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    const different = left.findIndex((value, n) => value !== right[n]);
    return different < 0 ? 0 : left[different] - right[different];
  });
}

function amount(load: RunResult["load"]): number {
  return load.loop === "closed" ? load.users : load.rate;
}

function row(rounds: RunResult[]): string[] {
  const [{ load, delay, driver }] = rounds;
  const middle = (figure: (result: RunResult) => number) => median(rounds.map(figure));
  const rates = rounds.map(({ requestsPerSecond }) => requestsPerSecond);
  const mark = rounds.some(({ isGeneratorLimit }) => isGeneratorLimit) ? "*" : " ";
  return [
    loadName(load),
    String(delay),
    driver,
    whole(median(rates)) + mark,
    rounds.length > 1 ? `${whole(Math.min(...rates))} – ${whole(Math.max(...rates))}` : "",
    milliseconds(middle(({ latency }) => latency.p50)),
    milliseconds(middle(({ latency }) => latency.p95)),
    milliseconds(middle(({ latency }) => latency.p99)),
    milliseconds(Math.max(...rounds.map(({ latency }) => latency.max))),
    share(rounds, "generator"),
    share(rounds, "application"),
    share(rounds, "postgres"),
    failures(rounds),
  ];
}

function share(rounds: RunResult[], name: keyof RunResult["cores"]): string {
  const measured = rounds.map(({ cores }) => cores[name]).filter((cores) => cores !== null);
  return measured.length > 0 ? median(measured).toFixed(2) : "not measured";
}

/** Formats failures, for example `503 × 12, no answer × 3`. */
function failures(rounds: RunResult[]): string {
  const counts = new Map<string, number>();
  for (const [status, count] of rounds.flatMap(({ statuses }) => Object.entries(statuses))) {
    if (!isGood(Number(status))) counts.set(status, (counts.get(status) ?? 0) + count);
  }
  return [...counts].map(([status, count]) => `${status} × ${count}`).join(", ") || "none";
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Formats milliseconds with three significant digits. */
function milliseconds(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(3);
}
