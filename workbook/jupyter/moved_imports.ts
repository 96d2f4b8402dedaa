/**
 * Rewrites imports of moved modules in the reader's own notebooks, and nothing else.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { type Cell, codeCells, formatNotebook, type Notebook, parseNotebook } from "./notebook.ts";
import { exists } from "../paths.ts";

/** Import paths, before and after the move. */
const MOVED: Readonly<Record<string, string>> = {
  "../lib/show/mod.ts": "../workbook/show/mod.ts",
  "../lib/workbook/mod.ts": "../workbook/mod.ts",
};

const IMPORTED = /(\bfrom\s*|\bimport\s*\(?\s*)"(\.\.\/[^"]+)"/g;

/**
 * Rewrites imports of moved modules in a source.
 * @param moved new specifiers by old specifier
 */
export function withMovedImports(source: string, moved: Readonly<Record<string, string>> = MOVED): string {
  return source.replace(IMPORTED, (whole, before, specifier) => {
    return Object.hasOwn(moved, specifier) ? `${before}"${moved[specifier]}"` : whole;
  });
}

/** Restores the imports as before the move. */
export function withOldImports(source: string): string {
  return withMovedImports(source, Object.fromEntries(Object.entries(MOVED).map(([old, now]) => [now, old])));
}

/** Applies a change to the source of each code cell. */
export function changeCode(notebook: Notebook, change: (source: string) => string): Notebook {
  const changed = (cell: Cell) => cell.cell_type === "code" ? { ...cell, source: change(cell.source) } : cell;
  return { ...notebook, cells: notebook.cells.map(changed) };
}

/**
 * Rewrites the imports in all notebooks of a folder. Each that changes is first copied to `NAME.ipynb.before`, unless
 * that is there already. A damaged notebook is left alone.
 *
 * @returns the names of the files that changed.
 */
export async function moveImports(folder: string): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, text, notebook } of await readOwn(folder)) {
    const moved = changeCode(notebook, withMovedImports);
    if (moved.cells.every(({ source }, index) => source === notebook.cells[index].source)) continue;
    const backup = `${path}.before`;
    if (!await exists(backup)) await Deno.writeTextFile(backup, text);
    await Deno.writeTextFile(path, formatNotebook(moved));
    changed.push(basename(path));
  }
  return changed;
}

/**
 * Finds files of the checkout that the code of a folder's notebooks refers to but that do not exist, each as a
 * sentence.
 */
export async function findMissingFiles(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (const { path, notebook } of await readOwn(folder)) {
    for (const [index, { source }] of codeCells(notebook).entries()) {
      for (const [, named] of source.matchAll(/["'`](\.\.\/(?:lib|workbook|app|tools)\/[\w./-]+)["'`]/g)) {
        if (await exists(resolve(folder, named))) continue;
        missing.push(`${basename(path)}, code cell ${index + 1}: ${named}`);
      }
    }
  }
  return missing;
}

async function readOwn(folder: string): Promise<{ path: string; text: string; notebook: Notebook }[]> {
  if (!await exists(folder)) return [];
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile && name.endsWith(".ipynb")) names.push(name);
  const own = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const text = await Deno.readTextFile(path);
    try {
      own.push({ path, text, notebook: parseNotebook(text) });
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    }
  }
  return own;
}
