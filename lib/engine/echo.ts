/**
 * `echo: true`: prints the statements that the engine sends, like SQLAlchemy's option of that name.
 *
 * @module
 */
import type { EngineEventOf, EngineEvents } from "./events.ts";
import { shorten } from "../base/text.ts";

/** Maximum characters of a printed parameter. */
const PARAMETER_WIDTH = 60;

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
  const parameters = event.parameters.map((value, index) =>
    `$${index + 1} = ${shorten(Deno.inspect(value), PARAMETER_WIDTH)}`
  );
  const outcome = event.error ? `failed: ${shorten(event.error.message, 120)}` : rows(event);
  const notes = [parameters.join(", "), outcome].filter(Boolean).join("; ");
  const milliseconds = event.milliseconds.toFixed(1).padStart(5);
  return `[${event.connection}] ${milliseconds} ms  ${event.sql.replace(/\s+/g, " ").trim()}${
    notes ? `  -- ${notes}` : ""
  }`;
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
  const print = echo === true ? console.log : echo;
  if (print) events.on("query", (event) => print(echoLine(event)));
}
