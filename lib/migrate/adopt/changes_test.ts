/** Changes behind the back of adopted models: each is found exactly, undone, made again and undone again. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Engine } from "../../engine/engine.ts";
import type { Metadata } from "../../schema/table.ts";
import { autogenerate } from "../autogenerate.ts";
import { adopt, downgrade, revision, upgrade } from "../commands.ts";
import { lineChanges } from "../schema_lines.ts";
import { catalogLines } from "../../../testing/catalog_lines.ts";
import { shapeEngine, SHAPES } from "../../../testing/hand_made.ts";
import { dumpLines, pgDumpTest } from "../../../testing/pg_dump.ts";
import { makeMigrations } from "../../../testing/migrations.ts";
import { type Change, CHANGES } from "../../../testing/schemas/changes.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/**
 * Makes a change, and proves that it is found exactly, undone, made again and undone again.
 *
 * @param look describes the database
 */
async function prove(
  { engine, directory, metadata }: { engine: Engine; directory: string; metadata: Metadata },
  change: Change,
  look: () => Promise<string[]>,
): Promise<void> {
  const original = await look();
  await engine.begin((connection) => connection.execute(change.sql));
  const changed = await look();
  assertNotEquals(lineChanges(original, changed), []);
  const request = { message: change.sql, autogenerate: engine, models: { metadata } };
  assertEquals((await revision(directory, request)).comparison!.summary, change.found);
  await upgrade(engine, directory);
  assertEquals(lineChanges(original, await look()), [], "up");
  await downgrade(engine, directory, "-1");
  assertEquals(lineChanges(changed, await look()), [], "down");
  await upgrade(engine, directory);
  assertEquals(lineChanges(original, await look()), [], "up again");
  await using connection = await engine.connect();
  assertEquals((await autogenerate(connection, metadata)).summary, []);
}

async function adopted(engine: Engine, directory: string) {
  const { models } = await adopt(engine, directory);
  const { metadata } = await import(new URL(`file://${models}`).href);
  return { engine, directory, metadata };
}

for (const shape of SHAPES) {
  database.test(`${shape}: each change is found exactly; up, down, up`, async (url, t) => {
    await using engine = await shapeEngine(url, shape);
    await using folder = await makeMigrations();
    const of = await adopted(engine, folder.directory);
    for (const change of CHANGES[shape]) await t.step(change.sql, () => prove(of, change, () => catalogLines(engine)));
  });
}

// pg_dump takes its time: it sees one change of each schema
pgDumpTest(database, "the first change of each schema, as pg_dump sees it; up, down, up", async (url, t) => {
  for (const shape of SHAPES) {
    await t.step(shape, async () => {
      await using engine = await shapeEngine(url, shape);
      await using folder = await makeMigrations();
      await prove(await adopted(engine, folder.directory), CHANGES[shape][0], () => dumpLines(url, shape));
    });
  }
});
