/**
 * Checks the types of a notebook's cells. The kernel removes types without checking them, and shows none: a wrong column
 * name or option is found when the cell runs, or never.
 *
 * @module
 */
import { basename, join } from "node:path";
import { liveText } from "./show/display.ts";

/** No saved notebook was found in the kernel's folder. */
export class NotebookNotFoundError extends Error {
  override readonly name = "NotebookNotFoundError";
}

/** Options of {@linkcode typecheck}, for tests. */
export interface TypecheckOptions {
  /** The notebook's file (default: the one whose kernel this is). */
  readonly path?: string;
}

/**
 * Checks the types of this notebook's cells, as saved: those above the cell that calls it, or all of them if none does.
 * Takes about ten seconds.
 *
 * ```ts ignore
 * await typecheck(); // save the notebook first: Ctrl-S
 * ```
 *
 * @throws {NotebookNotFoundError} if the kernel does not say which notebook it runs.
 */
export async function typecheck(options: TypecheckOptions = {}): Promise<void> {
  const shown = liveText();
  await shown.update("checking the types …");
  // only those who ask need these
  const { checkTypes } = await import("./jupyter/cells.ts");
  const { codeCells, parseNotebook } = await import("./jupyter/notebook.ts");
  const path = options.path ?? await ownPath();
  const name = basename(path, ".ipynb");
  const cells = codeCells(parseNotebook(await Deno.readTextFile(path))).map(({ source }) => source);
  const own = cells.findIndex((source) => /\btypecheck\(/.test(source));
  const sources = own === -1 ? cells : cells.slice(0, own);
  const variant = { name: "own", sources, answers: new Map(), expected: [] };
  const problems = await checkTypes([{ name, variant }]);
  const saved = (await Deno.stat(path)).mtime?.toTimeString().slice(0, 5);
  const where = `the ${counted(sources.length, "code cell")} of ${name}.ipynb, as saved at ${saved}`;
  const lines = problems.map(({ where, message }) => `${where.replace(`${name}.ipynb, `, "")}: ${inWords(message)}`);
  await shown.update(
    lines.length === 0
      ? `No problem in ${where}.`
      : `${counted(lines.length, "problem")} in ${where}:\n\n${lines.join("\n\n")}`,
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Removes the number and the level of an error of TypeScript, and the lines that underline code. */
function inWords(message: string): string {
  return message.trim().replace(/^TS\d+ \[ERROR\]: /, "").split("\n").filter((line) => !/^\s*~+\s*$/.test(line))
    .map((line) => line.trimEnd()).join("\n");
}

/** The notebook of this kernel: Jupyter names it in a variable; elsewhere it is the only one that imports this function. */
async function ownPath(): Promise<string> {
  const named = Deno.env.get("JPY_SESSION_NAME");
  if (named?.endsWith(".ipynb")) return join(Deno.cwd(), basename(named));
  const found: string[] = [];
  for await (const { name } of Deno.readDir(".")) {
    if (!name.endsWith(".ipynb")) continue;
    if (/\btypecheck\(/.test(await Deno.readTextFile(name))) found.push(name);
  }
  if (found.length === 1) return join(Deno.cwd(), found[0]);
  throw new NotebookNotFoundError(
    "typecheck() cannot tell which notebook this kernel runs: save it first; outside JupyterLab, call typecheck() in one " +
      "notebook of the folder only, or pass { path }.",
  );
}
