/**
 * The reader's own copies of the notebooks, in `my/`: edited there, while `notebooks/` stays as published, so that `git
 * pull` never conflicts with an answer. They start without outputs, which would reveal the predictions.
 *
 * @module
 */
import { join } from "node:path";
import { changeCode, moveImports, withOldImports } from "./moved_imports.ts";
import { formatNotebook, type Notebook, parseNotebook, readNotebooks } from "./notebook.ts";
import { notebooksFolder } from "../paths.ts";
import { digest } from "./runs.ts";

/** Outcome for one copy. */
export type Outcome = "made" | "same" | "renewed" | "kept";

/** A copy. */
export interface OwnCopy {
  /** File name: `03_session.ipynb`. */
  readonly file: string;
  /** `kept`: both the copy and the original have changed since it was made. */
  readonly outcome: Outcome;
}

/** Record of the originals the copies were made from: the digest of each original's cells, by file. */
const RECORD = ".originals.json";

/**
 * Copies missing notebooks, and updates copies whose cells are unchanged. Changes made by the reader are kept.
 * @param to the reader's folder, created if missing
 * @param from the folder of the originals
 */
export async function keepOwnCopies(to: string, from: string = notebooksFolder): Promise<OwnCopy[]> {
  await Deno.mkdir(to, { recursive: true });
  const before = await readRecord(join(to, RECORD));
  const record: Record<string, string> = {};
  const copies: OwnCopy[] = [];
  for (const { name, notebook } of await readNotebooks([], from)) {
    const file = `${name}.ipynb`;
    const original = await cellsDigest(notebook);
    const own = await ownDigest(join(to, file));
    // an original in which only imports changed is not newer
    const isOnlyMoved = before[file] === await cellsDigest(changeCode(notebook, withOldImports));
    const outcome = decide({ own, original, copied: isOnlyMoved ? original : before[file] });
    if (outcome === "made" || outcome === "renewed") await Deno.writeTextFile(join(to, file), withoutOutputs(notebook));
    record[file] = outcome === "kept" ? before[file] : original;
    copies.push({ file, outcome });
  }
  await Deno.writeTextFile(join(to, RECORD), JSON.stringify(record, null, 2) + "\n");
  return copies;
}

/**
 * Creates, updates and keeps copies, and rewrites imports of moved modules in those kept.
 * @param folder its name as known to the reader.
 * @returns what was done, in sentences.
 */
export async function updateOwnCopies(to: string, folder: string, from: string = notebooksFolder): Promise<string[]> {
  const lines = explainCopies(await keepOwnCopies(to, from), folder);
  const moved = await moveImports(to);
  if (moved.length > 0) {
    lines.push(
      `modules have moved; the imports were rewritten, and nothing else, in ${folder}/: ${moved.join(", ")} ` +
        "(as it was: the file with .before at its end)",
    );
  }
  return lines;
}

/**
 * Decides what to do with a copy.
 * @param digests of the reader's copy, of the original, and of the original when it was copied
 */
export function decide(
  { own, original, copied }: { own: string | undefined; original: string; copied: string | undefined },
): Outcome {
  if (own === undefined) return "made";
  if (original === own || original === copied) return "same";
  return own === copied ? "renewed" : "kept";
}

/** Describes what was done, if relevant to the reader; otherwise empty. */
export function explainCopies(copies: readonly OwnCopy[], folder: string): string[] {
  const files = (outcome: Outcome) => copies.filter((copy) => copy.outcome === outcome).map(({ file }) => file);
  const [made, renewed, kept] = [files("made"), files("renewed"), files("kept")];
  const lines: string[] = [];
  if (made.length > 0) {
    lines.push(`copied to ${folder}/, for you to edit: ${made.length === 1 ? made[0] : `${made.length} notebooks`}`);
  }
  if (renewed.length > 0) lines.push(`updated, because your copy was unchanged: ${renewed.join(", ")}`);
  for (const file of kept) {
    lines.push(
      `${folder}/${file} has your changes and is kept; notebooks/${file} is newer: delete your copy to get it`,
    );
  }
  return lines;
}

async function ownDigest(path: string): Promise<string | undefined> {
  try {
    return await cellsDigest(parseNotebook(await Deno.readTextFile(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof SyntaxError) return "damaged"; // it belongs to the reader nonetheless
    throw error;
  }
}

function withoutOutputs(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => cell.outputs ? { ...cell, outputs: [] } : cell);
  return formatNotebook({ ...notebook, cells });
}

/** Digest of what the reader can edit, without outputs and JupyterLab's metadata. */
async function cellsDigest({ cells }: Notebook): Promise<string> {
  return await digest(JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, source])));
}

async function readRecord(path: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch {
    return {}; // without it every copy that differs counts as changed
  }
}
