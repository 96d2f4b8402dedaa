/**
 * Loads revision files: `versions/<id>_<slug>.ts`, each with a header comment, an id, parents, `up` and `down`.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidDirectoryError, InvalidRevisionError } from "./errors.ts";
import type { RevisionNode } from "./revision_graph.ts";
import { RESERVED_NAMES } from "./revision_names.ts";

/** Function `up` or `down` of a revision. All queries of `db` run in the transaction of the revision. */
export type RevisionFunction = (db: Kysely<unknown>) => Promise<void>;

/** A revision file. */
export interface Revision extends RevisionNode {
  /** Ids or labels of other revisions to apply first. */
  readonly dependsOn: readonly string[];
  /** Names of the branch that starts here. */
  readonly branchLabels: readonly string[];
  /** Message: the first paragraph of the header. */
  readonly message: string;
  /** Creation date, `2025-11-03`, optionally with a time. */
  readonly createDate: string;
  /** Path of the file. */
  readonly path: string;
  /** SHA-256 of the text in hexadecimal, independent of line endings. */
  readonly checksum: string;
  /** False if it runs outside a transaction, as CREATE INDEX CONCURRENTLY requires. */
  readonly transactional: boolean;
  /** Applies the revision. */
  readonly up: RevisionFunction;
  /** Undoes the revision. */
  readonly down: RevisionFunction;
}

/** Contents of the header comment. */
export interface RevisionHeader {
  readonly message: string;
  readonly revision: string;
  /** Parents; none for the first revision, whose header says "base". */
  readonly downRevisions: readonly string[];
  readonly createDate: string;
}

const FILE_NAME = /^([0-9A-Za-z]+)_\w+\.ts$/;

/** Form of the id of a revision. */
export const REVISION_ID = /^[0-9A-Za-z]+$/;

/**
 * Loads all revisions of a migrations folder and of the folders in its `versions/`, in no particular order. Skips tests
 * (`…_test.ts`) and files that are not TypeScript. Loads a file again if it has changed.
 *
 * @param directory folder that contains `versions/`
 * @returns the revisions
 * @throws {InvalidDirectoryError} when the folder does not contain `versions/`
 * @throws {InvalidRevisionError} when a file is invalid
 */
export async function loadRevisions(directory: string): Promise<Revision[]> {
  const versions = join(directory, "versions");
  let names: string[];
  try {
    names = await readdir(versions, { recursive: true });
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    throw new InvalidDirectoryError(
      `Folder ${versions} does not exist. Specify the folder that contains versions/, on the command line with --dir.`,
    );
  }
  const files = names.filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts")).sort();
  return await Promise.all(files.map((name) => loadRevision(join(versions, name))));
}

/**
 * Loads a revision file.
 *
 * @throws {InvalidRevisionError} when it is invalid
 */
export async function loadRevision(path: string): Promise<Revision> {
  const source = await readFile(path, "utf8");
  const header = parseHeader(source, path);
  const url = pathToFileURL(path);
  const checksum = await checksumOf(source);
  url.search = checksum.slice(0, 16); // another specifier, so that an edited file is not read from the module cache
  let module: Record<string, unknown>;
  try {
    module = await import(url.href);
  } catch (error) {
    throw new InvalidRevisionError(path, `it fails to load: ${(error as Error).message}`, { cause: error });
  }
  return checkRevision(path, header, module, checksum);
}

/**
 * Parses the header comment of a revision file.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const text = "/**\n * create heroes\n *\n * Revision ID: 1a2b\n * Revises: base\n * Create Date: 2025-11-03\n *" + "/";
 * assertEquals(parseHeader(text, "1a2b_create_heroes.ts").message, "create heroes");
 * ```
 *
 * @param source text of the file
 * @param path path of the file, for errors
 * @returns the fields of the header
 * @throws {InvalidRevisionError} when a field is missing
 */
export function parseHeader(source: string, path: string): RevisionHeader {
  const comment = /^\s*\/\*\*(.*?)\*\//s.exec(source)?.[1];
  if (comment === undefined) {
    throw new InvalidRevisionError(path, "it does not start with a header comment, /** … */");
  }
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*?/, "").trim());
  const field = (name: string, example: string): string => {
    const line = lines.findLast((line) => line.startsWith(`${name}:`)); // the message may begin with the same word
    const value = line?.slice(name.length + 1).trim();
    if (!value) throw new InvalidRevisionError(path, `its header has no line "${name}: ${example}"`);
    return value;
  };
  const revision = field("Revision ID", "1a2b3c4d5e6f");
  const downRevision = field("Revises", "base");
  const createDate = field("Create Date", "2025-11-03");
  if (!/^\d{4}-\d\d-\d\d\b/.test(createDate)) {
    throw new InvalidRevisionError(
      path,
      `its Create Date is "${createDate}"; write year-month-day, such as 2025-11-03`,
    );
  }
  const text = lines.slice(0, lines.findLastIndex((line) => line.startsWith("Revision ID:"))).join("\n").trim();
  const message = text.split("\n\n")[0].replaceAll("\n", " ").replace(/\.$/, "");
  if (!message) throw new InvalidRevisionError(path, "its header has no message in the first line");
  const downRevisions = downRevision === "base" ? [] : downRevision.split(",").map((id) => id.trim());
  return { message, revision, downRevisions, createDate };
}

/**
 * Checks the exports of a revision file against its name and header.
 *
 * @param path path of the file
 * @param header parsed header
 * @param module exports of the file
 * @param checksum checksum of its text
 * @returns the revision
 * @throws {InvalidRevisionError} when they do not match
 */
export function checkRevision(
  path: string,
  header: RevisionHeader,
  module: Record<string, unknown>,
  checksum: string,
): Revision {
  const wrong = (problem: string) => new InvalidRevisionError(path, problem);
  const { revision, downRevision, up, down, transactional = true } = module;
  const [dependsOn, branchLabels] = [wordsOf(module.dependsOn), wordsOf(module.branchLabels)];
  const id = FILE_NAME.exec(basename(path))?.[1];
  if (id === undefined) throw wrong("its name does not have the form <id>_<message>.ts");
  if (typeof revision !== "string") throw wrong(`it does not export its id: export const revision = "${id}"`);
  if (revision !== id) throw wrong(`it exports the revision "${revision}", but its name starts with "${id}"`);
  if (header.revision !== id) throw wrong(`its header says "Revision ID: ${header.revision}", its name "${id}"`);
  const downRevisions = parentsOf(downRevision);
  if (downRevisions === undefined) {
    throw wrong(
      "it does not export its parent: export const downRevision = null (for the first revision), an id, or an array of " +
        "different ids (for a merge)",
    );
  }
  if (header.downRevisions.join() !== downRevisions.join()) {
    throw wrong(
      `its header says "Revises: ${header.downRevisions.join(", ") || "base"}", but downRevision is ${
        JSON.stringify(downRevision)
      }`,
    );
  }
  if (!isRevisionFunction(up)) throw wrong("it does not export async function up(db)");
  if (!isRevisionFunction(down)) throw wrong("it does not export async function down(db)");
  if (typeof transactional !== "boolean") throw wrong("its export transactional is not a boolean");
  if (dependsOn === undefined) throw wrong("its export dependsOn is not an id or label, or an array of them");
  if (branchLabels === undefined) throw wrong("its export branchLabels is not a label, or an array of labels");
  const label = branchLabels.find((each) => !isBranchLabel(each));
  if (label !== undefined) throw wrong(`"${label}" cannot be a branch label: choose a word other than head and base`);
  const { message, createDate } = header;
  return {
    id,
    downRevisions,
    dependsOn,
    branchLabels,
    message,
    createDate,
    path,
    checksum,
    transactional,
    up,
    down,
  };
}

/** Parents exported by a file; `undefined` if the export is invalid. */
function parentsOf(downRevision: unknown): readonly string[] | undefined {
  if (downRevision === null) return [];
  const ids = Array.isArray(downRevision) ? downRevision : [downRevision];
  const valid = ids.length > 0 && ids.every((id) => typeof id === "string") && new Set(ids).size === ids.length;
  return valid ? ids : undefined;
}

/** Words of an optional export; `undefined` if it is invalid. */
function wordsOf(value: unknown): readonly string[] | undefined {
  const words = [value ?? []].flat();
  return words.every((word) => typeof word === "string") ? words : undefined;
}

/** Whether a word can be a branch label: `app@head` and `app+1` must be told apart from it. */
export function isBranchLabel(word: string): boolean {
  return /^\w+$/.test(word) && !RESERVED_NAMES.includes(word);
}

function isRevisionFunction(value: unknown): value is RevisionFunction {
  return typeof value === "function";
}

/** SHA-256 of a text in hexadecimal. Normalizes line endings, which version control may change. */
export async function checksumOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.replaceAll("\r\n", "\n")));
  return new Uint8Array(hash).toHex();
}
