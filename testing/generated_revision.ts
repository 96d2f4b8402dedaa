/**
 * Proves the revision that autogenerate writes for a database made by hand.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Engine } from "../lib/engine/engine.ts";
import { revision } from "../lib/migrate/authoring.ts";
import { autogenerate, type AutogenerateResult } from "../lib/migrate/autogenerate.ts";
import { downgrade, upgrade } from "../lib/migrate/commands.ts";
import type { Models } from "../lib/migrate/environment.ts";
import { makeMigrations, ownLines, scratch } from "./migrations.ts";

/** What autogenerate found, and what its revision did. */
export interface ProvenRevision {
  readonly found: AutogenerateResult;
  /** Schema before the revision, as lines. */
  readonly before: readonly string[];
  /** Schema after the upgrade. */
  readonly after: readonly string[];
}

/**
 * Creates a schema, generates the revision that brings it to the models, runs it and takes it back. Asserts that nothing
 * is found after the upgrade, and that the downgrade restores the schema.
 *
 * @param statements SQL that creates the schema; `%s` stands for its name
 * @param models metadata and filter
 */
export async function proveRevision(url: string, statements: string, models: Models): Promise<ProvenRevision> {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  await engine.begin((connection) => connection.execute(statements.replaceAll("%s", schema)));
  const before = await ownLines(engine);
  const found = await find(engine, models);
  await revision(folder.directory, { message: "change", autogenerate: engine, models });
  await upgrade(engine, folder.directory);
  assertEquals((await find(engine, models)).summary, [], "nothing to do afterwards");
  const after = await ownLines(engine);
  await downgrade(engine, folder.directory, "base");
  assertEquals(await ownLines(engine), before, "as before after the way down");
  return { found, before, after };
}

async function find(engine: Engine, { metadata, includeObject, comparators }: Models): Promise<AutogenerateResult> {
  await using connection = await engine.connect();
  const known = typeof metadata === "function" ? await metadata() : metadata!;
  return await autogenerate(connection, known, { includeObject, comparators });
}
