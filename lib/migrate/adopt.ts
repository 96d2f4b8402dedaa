/** Adopts a database that somebody else made: writes its models and the first revision, recorded as applied. @module */
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { bodyOf } from "./adopt/first_revision.ts";
import { modelsFile } from "./adopt/models_file.ts";
import { autogenerate } from "./autogenerate.ts";
import type { DatabaseSchema } from "./database_schema.ts";
import { AfterWriteError, AlreadyMigratedError, FileExistsError } from "./errors.ts";
import { withMigrationLock } from "./migration_session.ts";
import { importSpecifier } from "./model_comparison.ts";
import type { WaitOptions } from "./progress.ts";
import { reflect } from "./reflect/reflect.ts";
import { type Requirement, requirements } from "./reflect/requirements.ts";
import { loadRevision, loadRevisions, type Revision } from "./revision_file.ts";
import { RevisionGraph } from "./revision_graph.ts";
import { writeRevision } from "./revision_writer.ts";
import { environmentText, METADATA_PLACE } from "./templates.ts";
import type { VersionTable } from "./version_table.ts";

/** Options of {@linkcode adopt}. */
export interface AdoptOptions extends WaitOptions {
  /** Path of the new file with the models (default: `models.ts` in the migrations folder). */
  readonly models?: string;
  /** Message of the first revision (default: `adopt the database`). */
  readonly message?: string;
}

/** Result of {@linkcode adopt}. */
export interface AdoptedDatabase {
  /** The first revision, recorded as applied. */
  readonly revision: Revision;
  /** Path of the file with the models. */
  readonly models: string;
  /** Paths of the files that were created or changed, `env.ts` included. */
  readonly files: readonly string[];
  /** What to do about `env.ts`, if it exports other metadata or has been changed by hand. */
  readonly advice: string | undefined;
  /** What autogenerate still finds; nothing, unless the library cannot say something that it takes for sayable. */
  readonly differences: readonly string[];
}

/**
 * Adopts the database of an engine: writes a file with a model for each table, and the first revision, whose `up` creates
 * these tables; and records that revision as applied, without running it. Afterwards autogenerate finds nothing. What
 * models cannot describe stands in their file as a comment. Adds the models to `env.ts`, which it creates if necessary.
 *
 * Changes nothing in the database but the version table. Removes the written files if it fails.
 *
 * @param engine engine of the database; its tables are those in the first schema of the search path
 * @param directory folder that contains `versions/`, or will
 * @param options file of the models, message, timeout, progress and signal
 * @returns the revision, the files, and what is left to do
 * @throws {AlreadyMigratedError} when there are revisions already, or the database is at one
 * @throws {FileExistsError} when the file of the models exists
 * @throws {MissingMessageError} when the message contains no letter or digit
 * @throws {AfterWriteError} when `afterWrite()` of `env.ts` fails
 * @throws {MigrationError} when a privilege is missing, or the migration lock times out
 * @throws the reason of the signal
 */
export async function adopt(
  engine: Engine,
  directory: string,
  { models, message = "adopt the database", ...options }: AdoptOptions = {},
): Promise<AdoptedDatabase> {
  const folder = resolve(directory);
  const file = resolve(models ?? join(folder, "models.ts"));
  await requireNoRevisions(folder);
  if (await exists(file)) {
    throw new FileExistsError(`${file} exists. Name another file for the models with --models.`);
  }
  return await withMigrationLock(engine, folder, options, async (connection, table) => {
    await requireNoStamp(table);
    const { schema, required } = await readSchema(connection, table);
    await using written = new WrittenFiles();
    const text = modelsFile(schema, {
      library: importSpecifier(join(fileURLToPath(new URL("..", import.meta.url)), "mod.ts"), dirname(file)),
      head: "Models of the tables as they were adopted. What they do not describe stands beside them as a comment.",
    });
    await written.add(file, text);
    const advice = await addToEnvironment(folder, file, written);
    await written.makeFolder(join(folder, "versions"));
    const draft = { message, downRevisions: [], body: bodyOf(schema, required, folder) };
    const { path } = await writeRevision(folder, new RevisionGraph([]), draft, options).catch((error) => {
      if (error instanceof AfterWriteError) written.added(error.path);
      throw error;
    });
    written.added(path);
    const { metadata } = await import(pathToFileURL(file).href);
    const { summary } = await autogenerate(connection, metadata, { versionTable: table.names });
    const revision = await loadRevision(path);
    await recordAsApplied(connection, table, revision);
    return { revision, models: file, files: written.keep(), advice, differences: summary };
  });
}

/** Files of a command, which are removed unless it succeeds. */
class WrittenFiles implements AsyncDisposable {
  readonly #paths: string[] = [];
  readonly #undo = new AsyncDisposableStack();

  /** Writes a new file, and the folders that it needs. */
  async add(path: string, text: string): Promise<void> {
    await this.makeFolder(dirname(path));
    await writeFile(path, text, { flag: "wx" });
    this.added(path);
  }

  /** Records that a file was written. */
  added(path: string): void {
    this.#undo.defer(() => rm(path, { force: true }));
    this.#paths.push(path);
  }

  /** Replaces the text of a file. */
  async change(path: string, text: string): Promise<void> {
    const before = await readFile(path, "utf8");
    this.#undo.defer(() => writeFile(path, before));
    await writeFile(path, text);
    this.#paths.push(path);
  }

  async makeFolder(path: string): Promise<void> {
    const first = await mkdir(path, { recursive: true });
    if (first !== undefined) this.#undo.defer(() => rm(first, { recursive: true, force: true }));
  }

  /** Keeps the files, and returns their paths. */
  keep(): readonly string[] {
    this.#undo.move();
    return this.#paths;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo[Symbol.asyncDispose]();
  }
}

/** Makes `env.ts` export the metadata of the models, or returns what to do there. */
async function addToEnvironment(folder: string, models: string, written: WrittenFiles): Promise<string | undefined> {
  const path = join(folder, "env.ts");
  const line = `export { metadata } from ${JSON.stringify(importSpecifier(models, folder))};`;
  const text = await exists(path) ? await readFile(path, "utf8") : undefined;
  if (text === undefined) await written.add(path, environmentText.replace(METADATA_PLACE, () => line));
  else if (text.includes(METADATA_PLACE)) await written.change(path, text.replace(METADATA_PLACE, () => line));
  else return `Let ${relative(".", path)} export the metadata of the models: ${line}`;
  return undefined;
}

async function readSchema(
  connection: Connection,
  { main, names }: VersionTable,
): Promise<{ readonly schema: DatabaseSchema; readonly required: readonly Requirement[] }> {
  await connection.begin({ readOnly: true });
  try {
    return {
      schema: await reflect(connection, { main, versionTable: names }),
      required: await requirements(connection, main),
    };
  } finally {
    await connection.rollback();
  }
}

async function recordAsApplied(connection: Connection, table: VersionTable, revision: Revision): Promise<void> {
  await connection.begin();
  await table.create();
  await table.stamp([revision.id], [revision]);
  await connection.commit();
}

async function requireNoRevisions(folder: string): Promise<void> {
  if (!await exists(join(folder, "versions"))) return;
  const [first] = await loadRevisions(folder);
  if (first) throw new AlreadyMigratedError(`${relative(".", folder) || folder} has revisions already: ${first.id}, …`);
}

async function requireNoStamp(table: VersionTable): Promise<void> {
  const heads = await table.heads();
  if (heads.length > 0) throw new AlreadyMigratedError(`The database is at revision ${heads.join(", ")} already.`);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}
