/**
 * Reads and writes notebooks in nbformat 4.5, formatted as Jupyter does, so that saving in JupyterLab and writing with
 * these tools produce no spurious differences.
 *
 * @module
 */
import { basename, join } from "node:path";
import { UsageError } from "../errors.ts";
import { notebooksFolder } from "../paths.ts";

/** A notebook; texts that nbformat splits into lines are joined. */
export interface Notebook {
  cells: Cell[];
  metadata: NotebookMetadata;
  nbformat: number;
  nbformat_minor: number;
}

/** Metadata of a notebook. */
export interface NotebookMetadata {
  [key: string]: unknown;
  workbook?: {
    /** True for a notebook with measurements, which must run alone. */
    alone?: boolean;
  };
}

/** One cell. */
export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: {
    [key: string]: unknown;
    /** `ran`: the digest of the source that produced the outputs. */
    workbook?: { ran?: string };
  };
  source: string;
  outputs?: Output[];
  execution_count?: number | null;
}

/** An output of a cell. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | {
    output_type: "display_data" | "execute_result";
    data: MimeBundle;
    metadata: Record<string, unknown>;
    execution_count?: number | null;
  }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** An output in several formats, by media type. */
export type MimeBundle = Record<string, unknown>;

/** A notebook and the file it was read from. */
export interface NotebookFile {
  /** File name without extension: `01_engine`. */
  readonly name: string;
  readonly path: string;
  /** The file's text as read. */
  readonly text: string;
  readonly notebook: Notebook;
}

/**
 * Reads the notebooks of a folder, ordered by name.
 * @param selection prefixes of names (`01`, `13_bench`); all notebooks if empty.
 * @throws {UsageError} if a prefix matches no notebook.
 */
export async function readNotebooks(
  selection: readonly string[] = [],
  folder: string = notebooksFolder,
): Promise<NotebookFile[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ipynb")) names.push(entry.name);
  }
  names.sort();
  for (const beginning of selection) {
    if (!names.some((name) => name.startsWith(beginning))) {
      throw new UsageError(`No notebook starts with "${beginning}". Notebooks: ${names.join(", ") || "none"}.`);
    }
  }
  const chosen = names.filter((name) => selection.length === 0 || selection.some((each) => name.startsWith(each)));
  return await Promise.all(chosen.map(async (name) => {
    const path = join(folder, name);
    const text = await Deno.readTextFile(path);
    return { name: basename(name, ".ipynb"), path, text, notebook: parseNotebook(text) };
  }));
}

/** Parses a notebook's JSON. */
export function parseNotebook(text: string): Notebook {
  const notebook = JSON.parse(text) as Notebook;
  const ids = new Set<string>();
  notebook.cells.forEach((cell, index) => {
    cell.source = joined(cell.source) as string;
    // nbformat requires unique cell ids: a missing or copied one is derived from the cell's position
    if (!cell.id || ids.has(cell.id)) cell.id = `cell-${index}`;
    ids.add(cell.id);
    cell.outputs?.forEach((output) => {
      if (output.output_type === "stream") output.text = joined(output.text) as string;
      else if ("data" in output) output.data = mapValues(output.data, joined);
    });
  });
  return notebook;
}

/** Serializes a notebook as Jupyter does: sorted keys, an indent of one, texts as lists of lines. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.cell_type === "code" ? { outputs: (cell.outputs ?? []).map(splitOutput), execution_count: null } : {}),
  }));
  return JSON.stringify(sorted({ ...notebook, cells, nbformat: 4, nbformat_minor: 5 }), null, 1) + "\n";
}

function splitOutput(output: Output): unknown {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => {
    const isText = type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript";
    return [type, isText && typeof value === "string" ? lines(value) : value];
  });
  return { ...output, data: Object.fromEntries(data) };
}

/** Splits a text into lines with their line ends, as nbformat stores them. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function joined(value: unknown): unknown {
  return Array.isArray(value) && value.every((each) => typeof each === "string") ? value.join("") : value;
}

function mapValues(bundle: MimeBundle, change: (value: unknown) => unknown): MimeBundle {
  return Object.fromEntries(Object.entries(bundle).map(([key, value]) => [key, change(value)]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}

/** Returns the code cells of a notebook, in order. */
export function codeCells(notebook: Notebook): Cell[] {
  return notebook.cells.filter((cell) => cell.cell_type === "code");
}
