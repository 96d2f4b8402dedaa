/**
 * `echo: true`: prints the statements that the engine sends, like SQLAlchemy's option of that name.
 *
 * @module
 */
import type { EngineEventOf, EngineEvents } from "./events.ts";
import { shorten } from "../base/text.ts";

/** Maximum characters of a printed parameter. */
const PARAMETER_WIDTH = 60;

/** Width of a line on the console: longer ones are folded. */
const CONSOLE_WIDTH = 100;

/**
 * Formats a statement as a line: connection, milliseconds, SQL, parameters, rows.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const line = echoLine({
 *   type: "query", at: 0, milliseconds: 0.42, connection: 1,
 *   sql: "SELECT name FROM heroes WHERE id = $1", parameters: [7], rowCount: 1,
 * });
 * assertEquals(line, "[1]   0.4 ms  SELECT name FROM heroes WHERE id = $1  -- $1 = 7; 1 row");
 * ```
 */
export function echoLine(event: EngineEventOf<"query">): string {
  const { start, sql, notes } = partsOf(event);
  return start + sql + (notes ? `  ${notes}` : "");
}

/** Formats a statement for the console: like `echoLine()`, but what is too long for a line is folded below its SQL. */
export function echoText(event: EngineEventOf<"query">): string {
  const line = echoLine(event);
  if (line.length <= CONSOLE_WIDTH) return line;
  const { start, sql, notes } = partsOf(event);
  const folded = (text: string) => fold(text, CONSOLE_WIDTH - start.length);
  return start + [...folded(sql), ...folded(notes)].join(`\n${" ".repeat(start.length)}`);
}

/** Folds a text between words; continued lines are indented by two. */
function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : `  ${word}`);
  }
  return lines.filter((line) => line !== "");
}

function partsOf(event: EngineEventOf<"query">): { start: string; sql: string; notes: string } {
  const parameters = event.parameters.map((value, index) =>
    `$${index + 1} = ${shorten(Deno.inspect(value), PARAMETER_WIDTH)}`
  );
  const outcome = event.error ? `failed: ${shorten(event.error.message, 120)}` : rows(event);
  const notes = [parameters.join(", "), outcome].filter(Boolean).join("; ");
  const milliseconds = event.milliseconds.toFixed(1).padStart(5);
  const start = `[${event.connection}] ${milliseconds} ms  `;
  return { start, sql: event.sql.replace(/\s+/g, " ").trim(), notes: notes && `-- ${notes}` };
}

function rows({ rowCount, sql }: EngineEventOf<"query">): string {
  if (/^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/.test(sql)) return "";
  return rowCount === 1 ? "1 row" : `${rowCount} rows`;
}

/**
 * Subscribes the printer of an `echo` option.
 *
 * @param echo true to print to the console; a function to pass each line to.
 */
export function subscribeEcho(events: EngineEvents, echo: boolean | ((line: string) => void)): void {
  if (echo === true) events.on("query", (event) => console.log(echoText(event)));
  else if (echo) events.on("query", (event) => echo(echoLine(event)));
}
