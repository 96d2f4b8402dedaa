/** The texts of new files, as `deno fmt` writes them. @module */

/** What the functions of a new revision do. */
export interface RevisionBody {
  /** The lines of the bodies of `up` and `down`, unindented. */
  readonly upSource: readonly string[];
  readonly downSource: readonly string[];
  /** Lines that import what the bodies need; without one from "kysely" the type of `db` is imported. */
  readonly imports: readonly string[];
  /** Sentences for the header: what to look at before it is run. */
  readonly notes: readonly string[];
  readonly transactional: boolean;
}

/** A revision to write. */
export interface RevisionDraft {
  readonly id: string;
  readonly message: string;
  /** The day, `2025-11-03`. */
  readonly createDate: string;
  readonly downRevisions: readonly string[];
  /** `"nothing"` for a merge; without it the functions are there to be filled. */
  readonly body?: RevisionBody | "nothing";
}

const LINE_WIDTH = 80;

const TO_FILL: RevisionBody = {
  upSource: ['// await db.schema.createTable("heroes").addColumn("id", "uuid").execute();'],
  downSource: ['// await db.schema.dropTable("heroes").execute();'],
  imports: [],
  notes: [],
  transactional: true,
};

/** The file of a revision. */
export function revisionText({ id, message, createDate, downRevisions, body = TO_FILL }: RevisionDraft): string {
  const { notes, imports, transactional, upSource, downSource } = body === "nothing"
    ? { ...TO_FILL, upSource: [], downSource: [] }
    : body;
  const header = [
    ...wrap(comment(message)),
    "",
    ...notes.flatMap((note) => [...wrap(comment(note)), ""]),
    `Revision ID: ${id}`,
    `Revises: ${downRevisions.join(", ") || "base"}`,
    `Create Date: ${createDate}`,
  ];
  const kyselyType = imports.some((line) => /from "kysely"/.test(line))
    ? []
    : [`import type { Kysely } from "kysely";`];
  const lines = [
    "/**",
    ...header.map((line) => ` * ${line}`.trimEnd()),
    " */",
    ...(body === "nothing" ? [] : [...kyselyType, ...imports, ""]),
    `export const revision = "${id}";`,
    ...parentLines(downRevisions),
    ...(transactional ? [] : ["export const transactional = false;"]),
    "",
    ...functionLines("up", upSource),
    "",
    ...functionLines("down", downSource),
  ];
  return `${lines.join("\n")}\n`;
}

/** The part of a file name that tells what it does: `create_heroes`. */
export function slugOf(message: string): string {
  const words = message.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return words.slice(0, 40).replace(/^_+|_+$/g, "") || "revision";
}

/** The `env.ts` of a new folder. */
export const environmentText = `/**
 * What migrations ask of this project: where the database is, and which tables
 * the models describe. The folder versions/ beside this file holds the
 * revisions. The usual way:
 *
 *   revision -m "create heroes" --autogenerate   writes a revision: read it
 *   upgrade head                                 runs what is missing
 *   history, current, downgrade -1               where it stands; a step back
 *
 * Alembic has a second template for asynchronous drivers. Here one is enough:
 * everything that waits is a promise.
 *
 * @module
 */

/** The database to migrate where no --url is given. */
export function url(): string | Promise<string> {
  const url = Deno.env.get("DATABASE_URL");
  if (!url) throw new Error("set DATABASE_URL, or give --url");
  return url;
}

// What revision --autogenerate and check compare the database with, Alembic's
// target_metadata: the metadata of the models' declarativeBase().
// export { metadata } from "the file of the models";

// What they do not look at, Alembic's include_object.
// export function includeObject …
`;

function functionLines(name: string, source: readonly string[]): string[] {
  if (source.length === 0) return [`export async function ${name}(): Promise<void> {}`];
  const text = source.join("\n");
  const start = `export ${/\bawait\b/.test(text) ? "async " : ""}function ${name}`;
  const parameter = /\bdb\b/.test(text) ? "db: Kysely<unknown>" : "";
  const indented = source.map((line) => line === "" ? "" : `  ${line}`);
  return [`${start}(${parameter}): Promise<void> {`, ...indented, "}"];
}

function parentLines(ids: readonly string[]): string[] {
  if (ids.length < 2) return [`export const downRevision = ${JSON.stringify(ids[0] ?? null)};`];
  const line = `export const downRevision = [${ids.map((id) => JSON.stringify(id)).join(", ")}];`;
  if (line.length <= LINE_WIDTH) return [line];
  return ["export const downRevision = [", ...ids.map((id) => `  ${JSON.stringify(id)},`), "];"];
}

/** A text as a comment can hold it. */
function comment(text: string): string {
  return text.replace(/\s+/g, " ").trim().replaceAll("*/", "* /");
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= LINE_WIDTH - 3) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}
