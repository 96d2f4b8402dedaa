/**
 * Rows as Markdown.
 *
 * @module
 */

const MOST_ROWS_SHOWN = 20;

/** Renders rows as a table; of many rows only the first ones. */
export function markdownTable(columns: readonly string[], rows: unknown[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/[|\n]/g, " ")).join(" | ")} |`;
  const cell = (value: unknown) => typeof value === "string" ? value : Deno.inspect(value);
  const shown = rows.slice(0, MOST_ROWS_SHOWN).map((row) => line(row.map(cell)));
  const rest = rows.length > MOST_ROWS_SHOWN ? [``, `… and ${rows.length - MOST_ROWS_SHOWN} more rows`] : [];
  if (columns.length === 0) return "*no columns*";
  return [line(columns), line(columns.map(() => "---")), ...shown, ...rest].join("\n");
}
