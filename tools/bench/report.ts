/**
 * The results as text.
 *
 * @module
 */
import type { Comparison, OperationResult, RunSettings } from "./result_file.ts";
import { fastest, type Interval, type Line } from "./summary.ts";

/** One operation: its title, a row for each contestant, and who was the fastest if that can be said. */
export function operationText({ name, title, reference, lines }: OperationResult): string {
  const unit = lines.every(({ median }) => median < 0.01) ? "µs" : "ms";
  const factor = unit === "µs" ? 1_000 : 1;
  const range = ([low, high]: Interval) => `${digits(low * factor)} – ${digits(high * factor)}`;
  const rows = lines.toSorted((a, b) => a.ratio - b.ratio).map((line) => [
    line.contestant,
    digits(line.median * factor),
    range(line.half),
    ratioText(line, reference),
    String(line.samples),
  ]);
  const head = ["", `median, ${unit}`, "middle half", `ratio to ${reference} (95% interval)`, "calls"];
  return [`${title}   [${name}]`, columns([head, ...rows]), winnerText(lines)].join("\n");
}

function ratioText({ contestant, ratio, interval: [low, high] }: Line, reference: string): string {
  return contestant === reference ? "1" : `${digits(ratio)} (${digits(low)} – ${digits(high)})`;
}

function winnerText(lines: readonly Line[]): string {
  const [first, ...others] = fastest(lines);
  if (lines.length === 1) return "";
  if (others.length === 0) return `Fastest: ${first}.`;
  return `No fastest: the intervals of ${[first, ...others.slice(0, -1)].join("; ")} and ${others.at(-1)} overlap.`;
}

/** How often each contestant waits for the server; nothing when that was not counted. */
export function roundTripText(operations: readonly OperationResult[]): string {
  const counted = operations.filter(({ roundTrips }) => roundTrips && Object.keys(roundTrips).length > 0);
  if (counted.length === 0) return "";
  const names = [...new Set(counted.flatMap(({ roundTrips }) => Object.keys(roundTrips!)))];
  const head = ["", ...counted.map(({ name }) => name)];
  const rows = names.map((name) => [name, ...counted.map(({ roundTrips }) => String(roundTrips![name] ?? ""))]);
  // operations as rows: there are more of them than fit side by side
  const turned = head.map((_, index) => [head, ...rows].map((row) => row[index]));
  return [
    "Round trips: how often the client waits, on statements that were prepared before; over all its connections",
    columns(turned),
  ].join("\n");
}

/** What an earlier run has otherwise. */
export function comparisonText({ moves, compared }: Comparison, before: RunSettings, after: RunSettings): string {
  const lines: string[] = [];
  if (before.delay !== after.delay) {
    lines.push(`The earlier run had ${before.delay} ms of delay, this one ${after.delay} ms: that alone moves much.`);
  }
  if (moves.length === 0) return [...lines, `Of ${compared} ratios none moved: all intervals overlap.`].join("\n");
  const text = ({ ratio, interval: [low, high] }: Line) => `${digits(ratio)} (${digits(low)} – ${digits(high)})`;
  return [
    ...lines,
    `Of ${compared} ratios ${moves.length} moved (intervals that do not overlap):`,
    columns([
      ["operation", "contestant", "ratio before", "ratio now", "change"],
      ...moves.map(({ operation, contestant, before, after }) => [
        operation,
        contestant,
        text(before),
        text(after),
        `${after.ratio > before.ratio ? "+" : ""}${((after.ratio / before.ratio - 1) * 100).toFixed(0)}%`,
      ]),
    ]),
  ].join("\n");
}

/** A number with three digits that count: 0.214, 21.4, 214. */
export function digits(number: number): string {
  return number >= 100 ? number.toFixed(0) : number.toPrecision(3);
}

/** Cells in columns; the first column is aligned on its left, the others on their right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  return rows.map((row) =>
    "  " + row.map((cell, index) => index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index])).join("  ")
  ).map((line) => line.trimEnd()).join("\n");
}
