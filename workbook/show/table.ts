/**
 * Rows as a table: Markdown in a notebook, aligned text on the console.
 *
 * @module
 */
import { type Displayable, displaySymbol, type MimeBundle } from "./display.ts";
import { formatNumber } from "./number.ts";
import { asMarkdown } from "../markdown_text.ts";

/** Options of {@linkcode table}. */
export interface TableOptions<Column extends string = string> {
  /** Columns and their order (default: the keys of the first row). */
  readonly columns?: readonly Column[];
  /** Headings that replace column names. */
  readonly headings?: Partial<Readonly<Record<Column, string>>>;
  /** Maximum number of rows; a last line gives the total. */
  readonly limit?: number;
  /** A line that opens the table in a notebook, where it is closed at first. */
  readonly folded?: string;
}

/** The result of {@linkcode table}. */
export interface Table extends Displayable {
  /** The table as Markdown. */
  readonly markdown: string;
  /** The table as aligned text, for a console. */
  readonly text: string;
}

/**
 * Creates a table from rows. Numbers are right-aligned with three significant digits. `null` is shown as NULL, an empty
 * string as '', and `undefined`, a value that a row does not have, as an empty cell.
 *
 * @param rows objects with the same keys
 * @example
 * ```ts ignore
 * table([{ driver: "pg", ms: 0.21 }, { driver: "postgres", ms: 0.19 }], { headings: { ms: "median, ms" } });
 * ```
 */
export function table<Row extends object>(
  rows: readonly Row[],
  options: TableOptions<keyof Row & string> = {},
): Table {
  const columns = options.columns ?? Object.keys(rows[0] ?? {}) as (keyof Row & string)[];
  const shown = rows.slice(0, options.limit ?? 50);
  const headings = columns.map((column) => options.headings?.[column] ?? column);
  const cells = shown.map((row) => columns.map((column) => cellText(row[column])));
  const right = columns.map((column) => shown.length > 0 && shown.every((row) => isNumberOrEmpty(row[column])));
  const more = shown.length < rows.length ? `${shown.length} of ${rows.length} rows` : "";
  const open = columns.length === 0 ? "no rows" : markdownTable(headings, cells, right, more);
  const markdown = options.folded === undefined ? open : fold(options.folded, open);
  const text = columns.length === 0 ? "no rows" : textTable(headings, cells, right, more);
  return {
    markdown,
    text,
    [displaySymbol]: (): MimeBundle => ({ "text/markdown": markdown, "text/plain": text }),
  };
}

function markdownTable(headings: string[], cells: string[][], right: boolean[], more: string): string {
  const isCode = headings.map((_, index) => cells.some((row) => row[index].includes("$")));
  const line = (values: string[]) => `| ${values.map(escapeMarkdown).join(" | ")} |`;
  const row = (values: string[]) =>
    `| ${values.map((value, index) => isCode[index] ? code(value) : escapeMarkdown(value)).join(" | ")} |`;
  const rule = `| ${right.map((isRight) => isRight ? "---:" : ":---").join(" | ")} |`;
  return [line(headings), rule, ...cells.map(row), ...(more ? ["", `*${more}*`] : [])].join("\n");
}

function fold(summary: string, markdown: string): string {
  return `<details><summary>${asMarkdown(summary)}</summary>\n\n${markdown}\n\n</details>`;
}

function textTable(headings: string[], cells: string[][], right: boolean[], more: string): string {
  const widths = headings.map((heading, index) => Math.max(heading.length, ...cells.map((row) => row[index].length)));
  const line = (values: string[]) =>
    values.map((value, index) => right[index] ? value.padStart(widths[index]) : value.padEnd(widths[index])).join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(headings), rule, ...cells.map(line), ...(more ? [more] : [])].join("\n");
}

function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (value === null) return "NULL";
  if (value === "") return "''";
  if (typeof value === "number") return Number.isInteger(value) ? value.toLocaleString("en-US") : formatNumber(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") {
    return JSON.stringify(value, (_key, inner) => typeof inner === "bigint" ? String(inner) : inner);
  }
  return String(value).replace(/\s*\n\s*/g, " ");
}

function isNumberOrEmpty(value: unknown): boolean {
  return value === null || value === undefined || typeof value === "number" || typeof value === "bigint";
}

/** Escapes characters that would end the cell or start formatting or HTML. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\|*_`<>[\]$~]/g, (character) => `\\${character}`);
}

/**
 * Formats text with dollar signs, such as SQL with parameters, as code: JupyterLab would render it as a formula, even
 * when escaped.
 */
function code(text: string): string {
  return text === "" || text.includes("`") ? escapeMarkdown(text) : `\`${text.replaceAll("|", "\\|")}\``;
}
