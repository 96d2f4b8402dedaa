/**
 * Revisions as files: `versions/<id>_<slug>.ts`, each with a header comment, its id, its parents, and the way up and
 * down.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidDirectoryError, InvalidRevisionError } from "./errors.ts";
import type { RevisionNode } from "./revision_graph.ts";

/** Runs one direction of a revision; every query of `db` is part of the revision's transaction. */
export type RevisionFunction = (db: Kysely<unknown>) => Promise<void>;

/** A revision as its file describes it. */
export interface Revision extends RevisionNode {
  /** What it does, in a few words: the first paragraph of the header. */
  readonly message: string;
  /** The day it was written, `2025-11-03`, or with a time. */
  readonly createDate: string;
  /** The path of its file. */
  readonly path: string;
  /** Of its text, as hexadecimal digits; line ends do not count. */
  readonly checksum: string;
  /** False: it runs outside a transaction, as CREATE INDEX CONCURRENTLY must. */
  readonly transactional: boolean;
  readonly up: RevisionFunction;
  readonly down: RevisionFunction;
}

/** What the header comment says. */
export interface RevisionHeader {
  readonly message: string;
  readonly revision: string;
  /** None for the first revision, where the header says "base". */
  readonly downRevisions: readonly string[];
  readonly createDate: string;
}

const FILE_NAME = /^([0-9A-Za-z]+)_\w+\.ts$/;

/**
 * Loads every revision of a migrations folder, in no particular order. Files that are no TypeScript and tests
 * (`…_test.ts`) are passed over. A file that has changed since it was loaded is loaded anew.
 *
 * @param directory the folder that holds `versions/`.
 * @throws {InvalidDirectoryError} when it has no `versions/`. @throws {InvalidRevisionError} naming the file.
 */
export async function loadRevisions(directory: string): Promise<Revision[]> {
  const versions = join(directory, "versions");
  let names: string[];
  try {
    names = await readdir(versions);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    throw new InvalidDirectoryError(
      `There is no folder ${versions}. Give the folder that holds versions/, with --dir on the command line.`,
    );
  }
  const files = names.filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts")).sort();
  return await Promise.all(files.map((name) => loadRevision(join(versions, name))));
}

/** Loads one revision. @throws {InvalidRevisionError} */
export async function loadRevision(path: string): Promise<Revision> {
  const source = await readFile(path, "utf8");
  const header = parseHeader(source, path);
  const url = pathToFileURL(path);
  const checksum = await checksumOf(source);
  url.search = checksum.slice(0, 16); // another text is another module: an edited file is not taken from the cache
  let module: Record<string, unknown>;
  try {
    module = await import(url.href);
  } catch (error) {
    throw new InvalidRevisionError(path, `it cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
  return checkRevision(path, header, module, checksum);
}

/**
 * Reads the header comment with which a revision's text begins.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const text = "/**\n * create heroes\n *\n * Revision ID: 1a2b\n * Revises: base\n * Create Date: 2025-11-03\n *" + "/";
 * assertEquals(parseHeader(text, "1a2b_create_heroes.ts").message, "create heroes");
 * ```
 *
 * @param path named in errors. @throws {InvalidRevisionError}
 */
export function parseHeader(source: string, path: string): RevisionHeader {
  const comment = /^\s*\/\*\*(.*?)\*\//s.exec(source)?.[1];
  if (comment === undefined) {
    throw new InvalidRevisionError(path, "it does not begin with a header comment, /** … */");
  }
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*?/, "").trim());
  const field = (name: string, example: string): string => {
    const line = lines.findLast((line) => line.startsWith(`${name}:`)); // the message may begin with such a word too
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
  if (!message) throw new InvalidRevisionError(path, "the first line of its header does not say what it does");
  const downRevisions = downRevision === "base" ? [] : downRevision.split(",").map((id) => id.trim());
  return { message, revision, downRevisions, createDate };
}

/**
 * Checks what a revision's file exports against its name and its header.
 *
 * @param module its exports. @param checksum of its text. @throws {InvalidRevisionError}
 */
export function checkRevision(
  path: string,
  header: RevisionHeader,
  module: Record<string, unknown>,
  checksum: string,
): Revision {
  const wrong = (problem: string) => new InvalidRevisionError(path, problem);
  const { revision, downRevision, up, down, transactional = true } = module;
  const id = FILE_NAME.exec(basename(path))?.[1];
  if (id === undefined) throw wrong("its name is not of the form <id>_<what_it_does>.ts");
  if (typeof revision !== "string") throw wrong(`it does not export its id: export const revision = "${id}"`);
  if (revision !== id) throw wrong(`it exports the revision "${revision}", but its name begins with "${id}"`);
  if (header.revision !== id) throw wrong(`its header says "Revision ID: ${header.revision}", its name "${id}"`);
  const downRevisions = parentsOf(downRevision);
  if (downRevisions === undefined) {
    throw wrong(
      "it does not export its parent: export const downRevision = null (the first), a revision's id, or, for a merge, " +
        "an array of different ids",
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
  if (typeof transactional !== "boolean") throw wrong("its export transactional is neither true nor false");
  const { message, createDate } = header;
  return { id, downRevisions, message, createDate, path, checksum, transactional, up, down };
}

/** The parents that a file exports; `undefined` when that is none of the forms it may have. */
function parentsOf(downRevision: unknown): readonly string[] | undefined {
  if (downRevision === null) return [];
  const ids = Array.isArray(downRevision) ? downRevision : [downRevision];
  const valid = ids.length > 0 && ids.every((id) => typeof id === "string") && new Set(ids).size === ids.length;
  return valid ? ids : undefined;
}

function isRevisionFunction(value: unknown): value is RevisionFunction {
  return typeof value === "function";
}

/** SHA-256 of a text as hexadecimal digits; version control may change the line ends. */
export async function checksumOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.replaceAll("\r\n", "\n")));
  return new Uint8Array(hash).toHex();
}
