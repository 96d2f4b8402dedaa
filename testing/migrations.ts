/**
 * Creates migration folders and schemas for tests.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import { type DriverName, EngineUrl } from "../lib/engine/url.ts";
import { schemaLines } from "../lib/migrate/schema_lines.ts";
import { permittedTest } from "./permitted.ts";

/** A revision to write; `up` and `down` are function bodies with access to `db` and Kysely's `sql`. */
export interface RevisionText {
  readonly id: string;
  /** Id of the parent, or of a merge's parents; the first revision has none. */
  readonly after?: string | readonly string[];
  readonly transactional?: boolean;
  readonly message?: string;
  readonly up?: string;
  readonly down?: string;
}

/** A folder with `versions/`; deleted at the end of its block. */
export interface MigrationsFolder extends AsyncDisposable {
  readonly directory: string;
  /**
   * Writes a file.
   * @param path in the folder.
   */
  write(path: string, text: string): Promise<void>;
  /** Writes a revision. */
  add(revision: RevisionText): Promise<void>;
}

/** Creates a temporary folder with these revisions. */
export async function makeMigrations(...revisions: RevisionText[]): Promise<MigrationsFolder> {
  const directory = await Deno.makeTempDir({ prefix: "migrations-" });
  const folder: MigrationsFolder = {
    directory,
    async write(path, text) {
      await Deno.mkdir(dirname(join(directory, path)), { recursive: true });
      await Deno.writeTextFile(join(directory, path), text);
    },
    add: (revision) => folder.write(`versions/${revision.id}_${revision.id}.ts`, source(revision)),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
  await Deno.mkdir(join(directory, "versions"));
  for (const revision of revisions) await folder.add(revision);
  return folder;
}

/** Registers a test that reads and writes files. */
export function fileTest(name: string, run: () => Promise<void>): void {
  permittedTest(["read", "write"], name, run);
}

/** Returns the statements of a revision that creates a table, and drops it. */
export function creating(table: string): Pick<RevisionText, "up" | "down"> {
  return {
    up: `await db.schema.createTable("${table}").addColumn("id", "integer").execute();`,
    down: `await db.schema.dropTable("${table}").execute();`,
  };
}

/** Creates an engine whose search path is a new, empty schema. */
export async function scratch(
  url: string,
  driver: DriverName = "pg",
): Promise<{ engine: Engine; schema: string; url: string }> {
  const schema = `s_${crypto.randomUUID().slice(0, 8)}`;
  await using admin = createEngine(url);
  await admin.begin((connection) => connection.execute(`CREATE SCHEMA ${schema}`));
  const target = onSchemas(url, schema, driver);
  return { engine: createEngine(target, { statementTimeout: 60_000 }), schema, url: target.reveal() };
}

/** Returns the URL with this search path. */
export function onSchemas(url: string, searchPath: string, driver: DriverName = "pg"): EngineUrl {
  return EngineUrl.parse(`${url}${url.includes("?") ? "&" : "?"}options=-csearch_path%3D${searchPath}`)
    .withDriver(driver);
}

/** Lists the tables of a schema, except those of migrations. */
export async function tables(engine: Engine): Promise<string[]> {
  await using connection = await engine.connect();
  const result = await connection.execute<{ name: string }>(
    `SELECT tablename::text AS name FROM pg_tables
      WHERE schemaname = current_schema() AND tablename !~ '^schema_version' ORDER BY 1`,
  );
  return result.scalars().all();
}

/**
 * Describes the schema of a `scratch()`, one line per object, excluding other schemas of the database. Definitions of
 * indexes name the own schema, which is left out.
 */
export async function ownLines(engine: Engine): Promise<string[]> {
  await using connection = await engine.connect();
  const own = (await connection.execute<{ name: string }>("SELECT current_schema() AS name")).scalarOne();
  const lines = (await schemaLines(connection)).map((line) => line.replaceAll(`${own}.`, ""));
  return lines.filter((line) => !/\bs_[0-9a-f]{8}\./.test(line));
}

/** Returns the heads of a database. */
export async function versions(engine: Engine): Promise<unknown[]> {
  await using connection = await engine.connect();
  return (await connection.execute("SELECT revision FROM schema_version ORDER BY 1")).scalars().all();
}

function source(text: RevisionText): string {
  const { id, after, message = `revision ${id}`, transactional = true, up = "", down = "" } = text;
  return `/**
 * ${message}
 *
 * Revision ID: ${id}
 * Revises: ${[after ?? "base"].flat().join(", ")}
 * Create Date: 2025-11-03
 */
import { type Kysely, sql } from "kysely";

export const revision = "${id}";
export const downRevision = ${JSON.stringify(after ?? null)};${
    transactional ? "" : "\nexport const transactional = false;"
  }

export async function up(db: Kysely<any>): Promise<void> {
  ${up}
}

export async function down(db: Kysely<any>): Promise<void> {
  ${down}
}
`;
}
