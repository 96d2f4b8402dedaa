/**
 * Type-checks, lints and formats the code in notebooks. Deno's tools do not read notebooks, so the cells are
 * temporarily written as modules, and findings are reported by notebook, cell and line.
 *
 * @module
 */
import { basename, join } from "node:path";
import type { Variant } from "./exercises.ts";
import { codeCells, formatNotebook, type NotebookFile } from "./notebook.ts";
import { makeSiblingFolder, pattern, root } from "../paths.ts";
import { run } from "../processes.ts";

/** Line width of code in cells: about what JupyterLab shows next to its file browser. */
export const cellWidth = 96;

/** A notebook and one variant of its cells. */
export interface CellSet {
  readonly name: string;
  readonly variant: Variant;
}

/** A finding. */
export interface Problem {
  /** `01_engine.ipynb, cell 3, line 2`, or the file of an answer. */
  readonly where: string;
  readonly message: string;
  /** True if `deno task notebooks --fmt` fixes it. */
  readonly isFormat?: boolean;
}

/** A module made of all cells, with the origin of each line. */
export interface CellModule {
  readonly text: string;
  /** Returns the origin of a line (starting at 1). */
  locate(line: number): string;
}

/** Joins the cells of a variant into one module: as in the kernel, later cells see earlier declarations. */
export function toModule({ name, variant }: CellSet): CellModule {
  const lines: string[] = [];
  const places: string[] = [];
  for (const [cell, source] of variant.sources.entries()) {
    const answer = variant.answers.get(cell);
    const place = answer
      ? `notebooks/${answer.folder ?? "solutions"}/${answer.file}`
      : `${name}.ipynb, cell ${cell + 1}`;
    for (const [index, line] of source.split("\n").entries()) {
      lines.push(line);
      places.push(`${place}, line ${index + 1}`);
    }
    // a cell ends its last statement even without a semicolon
    lines.push(";");
    places.push(place);
  }
  lines.push("export {};");
  return { text: lines.join("\n") + "\n", locate: (line) => places[line - 1] ?? `${name}.ipynb` };
}

/** Type-checks the cells of every set, each as one strict module. */
export async function checkTypes(sets: readonly CellSet[]): Promise<Problem[]> {
  return await withModules(sets, async (paths, locate) => {
    const { code, stdout, stderr } = await run(Deno.execPath(), ["check", "--quiet", ...paths], deno);
    if (code === 0) return [];
    // each error is a paragraph that ends with its location: at file:///…/01_engine.0.ts:12:5
    const paragraphs = (stderr + stdout).split(/\n\s*\n/).filter((each) => /^(TS\d+|error)/.test(each.trim()));
    const problems = paragraphs.flatMap((paragraph): Problem[] => {
      const place = paragraph.match(/at (file:\S+?):(\d+):\d+\s*$/);
      if (!place) return /Type checking failed/.test(paragraph) ? [] : [{ where: "the cells", message: paragraph }];
      const message = paragraph.slice(0, place.index).trimEnd();
      return [{ where: locate(basename(place[1]), Number(place[2])), message }];
    });
    return problems.length > 0 ? problems : [{ where: "the cells", message: stderr.trim() }];
  });
}

// in a cell a value is often declared for a later cell, or for the reader to look at
const senselessInCells = ["no-unused-vars", "require-await"];

/** Lints the cells of every set. */
export async function lintCells(sets: readonly CellSet[]): Promise<Problem[]> {
  return await withModules(sets, async (paths, locate) => {
    const args = ["lint", "--compact", `--rules-exclude=no-import-prefix,${senselessInCells.join(",")}`, ...paths];
    const { code, stdout, stderr } = await run(Deno.execPath(), args, deno);
    if (code === 0) return [];
    const problems = (stdout + stderr).split("\n").flatMap((line): Problem[] => {
      const match = line.match(/^(file:\S+): line (\d+), col \d+ - (.*)$/);
      return match ? [{ where: locate(basename(match[1]), Number(match[2])), message: match[3] }] : [];
    });
    return problems.length > 0 ? problems : [{ where: "the cells", message: (stdout + stderr).trim() }];
  });
}

const deno = { cwd: root, env: { ...Deno.env.toObject(), NO_COLOR: "1" } };

/** Writes each set as a module as deep as `notebooks/`, and removes the modules afterwards. */
async function withModules(
  sets: readonly CellSet[],
  action: (paths: string[], locate: (file: string, line: number) => string) => Promise<Problem[]>,
): Promise<Problem[]> {
  if (sets.length === 0) return [];
  const folder = await makeSiblingFolder();
  try {
    const modules = new Map(sets.map((set, index) => [`${set.name}.${index}.ts`, toModule(set)]));
    for (const [file, { text }] of modules) await Deno.writeTextFile(join(folder, file), text);
    const paths = [...modules.keys()].map((file) => pattern(join(folder, file)));
    const problems = await action(paths, (file, line) => modules.get(file)?.locate(line) ?? file);
    return withoutRepetition(problems);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Removes duplicates: a cell shared by several variants has the same finding in each. */
function withoutRepetition(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.where + problem.message, problem])).values()];
}

/** TypeScript code to format: a cell, or the file of an answer. */
interface Snippet {
  readonly where: string;
  readonly source: string;
  readonly replace: (formatted: string) => void;
}

/**
 * Formats code cells in place, and the answers' files.
 * @param answers paths of the answers' files.
 * @returns the new texts of changed files by path, and a finding for each place that was (or could not be) formatted.
 */
export async function formatCells(
  files: readonly NotebookFile[],
  answers: readonly string[],
): Promise<{ changed: Map<string, string>; problems: Problem[] }> {
  const changed = new Map<string, string>();
  const snippets: Snippet[] = [];
  for (const { name, notebook } of files) {
    for (const [index, cell] of codeCells(notebook).entries()) {
      const where = `${name}.ipynb, cell ${index + 1}`;
      snippets.push({ where, source: cell.source, replace: (text) => cell.source = text });
    }
  }
  for (const path of answers) {
    const replace = (text: string) => void changed.set(path, text + "\n");
    snippets.push({ where: `notebooks/solutions/${basename(path)}`, source: await Deno.readTextFile(path), replace });
  }
  const problems = await formatSnippets(snippets);
  for (const { name, path, text, notebook } of files) {
    const formatted = formatNotebook(notebook);
    if (formatted === text) continue;
    changed.set(path, formatted);
    if (!problems.some(({ where }) => where.startsWith(`${name}.ipynb`))) {
      problems.push({ where: `${name}.ipynb`, message: "its JSON is not formatted as Jupyter does", isFormat: true });
    }
  }
  return { changed, problems };
}

async function formatSnippets(snippets: readonly Snippet[]): Promise<Problem[]> {
  if (snippets.length === 0) return [];
  const folder = await Deno.makeTempDir();
  try {
    const paths = snippets.map((_, index) => join(folder, `${index}.ts`));
    for (const [index, path] of paths.entries()) await Deno.writeTextFile(path, snippets[index].source.trim() + "\n");
    const args = ["fmt", "--quiet", "--no-config", "--line-width", String(cellWidth), "."];
    const { stderr } = await run(Deno.execPath(), args, { ...deno, cwd: folder });
    const problems: Problem[] = [];
    for (const [index, { where, source, replace }] of snippets.entries()) {
      // code that cannot be parsed is left unchanged; Deno names the file
      const failure = stderr.split(/(?=Error formatting: )/).find((part) => part.includes(`${paths[index]}\n`));
      if (failure) problems.push({ where, message: failure.split("\n").slice(1).join("\n").trim() });
      const formatted = (await Deno.readTextFile(paths[index])).trimEnd();
      if (formatted === source.trimEnd()) continue;
      problems.push({ where, message: "it is not formatted", isFormat: true });
      replace(formatted);
    }
    return problems;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
