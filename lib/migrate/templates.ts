/** Text of new files, formatted as `deno fmt` does. @module */

/** Contents of a new revision. */
export interface RevisionBody {
  /** Body of `up`, as unindented lines. */
  readonly upSource: readonly string[];
  /** Body of `down`. */
  readonly downSource: readonly string[];
  /** Import statements; the type of `db` is imported unless one of them imports from "kysely". */
  readonly imports: readonly string[];
  /** Sentences for the header, to read before running the revision; a list is a sentence and its items. */
  readonly notes: readonly (string | readonly string[])[];
  readonly transactional: boolean;
}

/** A revision to create. */
export interface RevisionDraft {
  readonly id: string;
  readonly message: string;
  /** Date, `2025-11-03`. */
  readonly createDate: string;
  readonly downRevisions: readonly string[];
  readonly branchLabels?: readonly string[];
  readonly dependsOn?: readonly string[];
  /** `"nothing"` for a merge; by default `up` and `down` hold examples. */
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

/** Text of a revision file. */
export function revisionText(draft: RevisionDraft): string {
  const { id, message, createDate, downRevisions, branchLabels = [], dependsOn = [], body = TO_FILL } = draft;
  const { notes, imports, transactional, upSource, downSource } = body === "nothing"
    ? { ...TO_FILL, upSource: [], downSource: [] }
    : body;
  const header = [
    ...wrap(comment(message)),
    "",
    ...notes.flatMap((note) => [...paragraph(note), ""]),
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
    ...(downRevisions.length < 2
      ? [`export const downRevision = ${JSON.stringify(downRevisions[0] ?? null)};`]
      : listLines("downRevision", downRevisions)),
    ...listLines("branchLabels", branchLabels),
    ...listLines("dependsOn", dependsOn),
    ...(transactional ? [] : ["export const transactional = false;"]),
    "",
    ...functionLines("up", upSource),
    "",
    ...functionLines("down", downSource),
  ];
  return `${lines.join("\n")}\n`;
}

/** Message as a part of a file name: `create_heroes`. */
export function slugOf(message: string): string {
  const words = message.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return words.slice(0, 40).replace(/^_+|_+$/g, "") || "revision";
}

/** The line of `env.ts` where the metadata belongs. */
export const METADATA_PLACE = '// export { metadata } from "the file of the models";';

/** Text of `env.ts` in a new migrations folder. */
export const environmentText = `/**
 * Configures migrations: the database URL, and the metadata of the models.
 * Revisions are in versions/. Common commands:
 *
 *   revision -m "create heroes" --autogenerate   create a revision; review it
 *   upgrade head                                 apply pending revisions
 *   history, current, downgrade -1               show the state; undo one
 *
 * Alembic has a separate template for asynchronous drivers. Here one template
 * serves all drivers.
 *
 * @module
 */

/** Returns the database URL; --url overrides it. */
export function url(): string | Promise<string> {
  const url = Deno.env.get("DATABASE_URL");
  if (!url) throw new Error("DATABASE_URL is not set; set it, or use --url");
  return url;
}

// The metadata of declarativeBase(), for revision --autogenerate and check.
// Alembic: target_metadata.
${METADATA_PLACE}

// Filter for the compared objects. Alembic: include_object.
// export function includeObject …

// Comparators of views and other objects that models cannot describe.
// Alembic: comparators.dispatch_for.
// export const comparators: Comparator[] = [ …

// Name of the version table, or { name, schema }. Alembic: version_table.
// export const versionTable = "schema_version";

// Called with the path of a new revision, for example to format it.
// export function afterWrite(path: string) …

// The last parameter of every function is { x, tag }: the values of
// -x key=value and --tag.
`;

function functionLines(name: string, source: readonly string[]): string[] {
  if (source.length === 0) return [`export async function ${name}(): Promise<void> {}`];
  const text = source.join("\n");
  const start = `export ${/\bawait\b/.test(text) ? "async " : ""}function ${name}`;
  const parameter = /\bdb\b/.test(text) ? "db: Kysely<unknown>" : "";
  const indented = source.map((line) => line === "" ? "" : `  ${line}`);
  return [`${start}(${parameter}): Promise<void> {`, ...indented, "}"];
}

/** Lines of an exported list of words; none for an empty list. */
function listLines(name: string, words: readonly string[]): string[] {
  if (words.length === 0) return [];
  const line = `export const ${name} = [${words.map((word) => JSON.stringify(word)).join(", ")}];`;
  if (line.length <= LINE_WIDTH) return [line];
  return [`export const ${name} = [`, ...words.map((word) => `  ${JSON.stringify(word)},`), "];"];
}

/** Text for a comment: on one line, without its end marker. */
function comment(text: string): string {
  return text.replace(/\s+/g, " ").trim().replaceAll("*/", "* /");
}

function paragraph(note: string | readonly string[]): string[] {
  const [sentence, ...items] = [note].flat().map(comment);
  return [...wrap(sentence), ...items.flatMap((item) => wrap(`- ${item}`, "  "))];
}

/**
 * Breaks a text into lines.
 *
 * @param indent start of all lines but the first
 */
function wrap(text: string, indent = ""): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= LINE_WIDTH - 3) lines[lines.length - 1] += ` ${word}`;
    else lines.push(line === undefined ? word : indent + word);
  }
  return lines;
}
