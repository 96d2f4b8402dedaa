/**
 * Results as text.
 *
 * @module
 */
import type { Comparison } from "./result_file.ts";
import type { Line, OperationResult } from "../bench_record.ts";
import { decide, type Interval } from "../median_interval.ts";
import { FEWEST_ROUNDS } from "../compare.ts";
import { fastest } from "./summary.ts";

/** Formats deviations: a line for each, preceded by the contestants that share it. */
export function deviations(
  contestants: readonly { readonly name: string; readonly notes: readonly string[] }[],
): string[] {
  const all = contestants.flatMap(({ name, notes }) => notes.map((note) => ({ name, note })));
  return [...Map.groupBy(all, ({ note }) => note)].map(([note, sharing]) =>
    `${sharing.map(({ name }) => name).join("; ")}: ${note}.`
  );
}

/** Formats one operation: its title, a row per contestant, and the fastest one if it can be determined. */
export function operationText(
  { name, title, reference, delay, rounds, needed = 0, lines, memory }: OperationResult,
): string {
  const unit = lines.every(({ median }) => median < 0.01) ? "µs" : "ms";
  const factor = unit === "µs" ? 1_000 : 1;
  const range = ([low, high]: Interval) => `${digits(low * factor)} – ${digits(high * factor)}`;
  const rows = lines.toSorted((a, b) => a.ratio - b.ratio).map((line) => [
    line.contestant,
    digits(line.median * factor),
    range(line.half),
    ratioText(line, reference),
    line.contestant === reference ? "" : decide(line.interval),
    String(line.samples),
    ...(memory ? [line.contestant in memory ? memory[line.contestant].toFixed(0) : ""] : []),
  ]);
  const head = ["", `median, ${unit}`, "middle half", `ratio to ${reference} (95% interval)`, "", "calls"];
  if (memory) head.push("peak memory, MB more");
  const delayed = delay > 0 ? `, ${delay} ms of delay` : "";
  return [
    `${title}   [${name}${delayed}, ${rounds} rounds${needed > rounds ? ` of ${needed} needed` : ""}]`,
    columns([head, ...rows]),
    winnerText(lines, rounds),
  ].join(
    "\n",
  );
}

function ratioText({ contestant, ratio, interval: [low, high] }: Line, reference: string): string {
  return contestant === reference ? "1" : `${digits(ratio)} (${digits(low)} – ${digits(high)})`;
}

function winnerText(lines: readonly Line[], rounds: number): string {
  const [first, ...others] = fastest(lines);
  if (lines.length === 1) return "";
  if (rounds < FEWEST_ROUNDS) {
    return `No fastest: ${rounds} rounds are too few for an interval; at least ${FEWEST_ROUNDS} are needed.`;
  }
  if (others.length === 0) return `Fastest: ${first}.`;
  return `No fastest: the intervals of ${[first, ...others.slice(0, -1)].join("; ")} and ${others.at(-1)} overlap.`;
}

/** Formats round trips and statements per contestant; empty if they were not counted. */
export function roundTripText(operations: readonly OperationResult[]): string {
  const counted = operations.filter(({ roundTrips }) => roundTrips && Object.keys(roundTrips).length > 0);
  if (counted.length === 0) return "";
  const names = [...new Set(counted.flatMap(({ roundTrips }) => Object.keys(roundTrips!)))];
  const cost = ({ roundTrips, statements }: OperationResult, name: string) =>
    name in roundTrips! ? `${roundTrips![name]}/${statements![name]}` : "";
  return [
    "Round trips/statements: how often the client waits, and how many statements it sends, BEGIN and COMMIT among them;",
    "on statements that were prepared before, over all its connections",
    columns([
      ["", ...counted.map(({ name }) => name)],
      ...names.map((name) => [
        name,
        ...counted.map((operation) => cost(operation, name)),
      ]),
    ].reduce(turned, [])),
  ].join("\n");
}

/** Transposes rows and columns: there are more operations than fit side by side. */
function turned(turned: string[][], row: string[]): string[][] {
  return row.map((cell, index) => [...turned[index] ?? [], cell]);
}

/** Formats the differences from an earlier run. */
export function comparisonText({ moves, compared }: Comparison): string {
  if (compared === 0) return "The earlier run shares no operation and delay with this one.";
  if (moves.length === 0) return `Of ${compared} ratios none moved: all intervals overlap.`;
  const text = ({ ratio, interval: [low, high] }: Line) => `${digits(ratio)} (${digits(low)} – ${digits(high)})`;
  return [
    `Of ${compared} ratios ${moves.length} moved (intervals that do not overlap):`,
    columns([
      ["operation", "contestant", "ratio before", "ratio now", "change"],
      ...moves.map(({ operation, delay, contestant, before, after }) => [
        delay > 0 ? `${operation}, ${delay} ms of delay` : operation,
        contestant,
        text(before),
        text(after),
        `${after.ratio > before.ratio ? "+" : ""}${((after.ratio / before.ratio - 1) * 100).toFixed(0)}%`,
      ]),
    ]),
  ].join("\n");
}

/** Formats a number with three significant digits: 0.214, 21.4, 214. */
export function digits(number: number): string {
  return number >= 100 ? number.toFixed(0) : number.toPrecision(3);
}

/** Aligns cells in columns: the first column left, the others right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  return rows.map((row) =>
    "  " + row.map((cell, index) => index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index])).join("  ")
  ).map((line) => line.trimEnd()).join("\n");
}
