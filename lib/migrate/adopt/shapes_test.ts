/** Databases of eight shapes, made by hand: without models, adopted, and changed behind the models' back. */
import { assertEquals } from "@std/assert";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { Metadata } from "../../schema/table.ts";
import { downgrade, revision, upgrade } from "../commands.ts";
import { schemaLines } from "../schema_lines.ts";
import { loadShape, searchPathOf, type Shape, SHAPES } from "../../../testing/hand_made.ts";
import { makeMigrations, onSchemas } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** An engine whose search path begins with the schema of a shape, loaded anew. */
async function shapeEngine(url: string, shape: Shape): Promise<Engine> {
  const engine = createEngine(onSchemas(url, searchPathOf(shape).replace(",", "%2C"), "pg"));
  await engine.begin(async (connection) => {
    await connection.execute(`DROP SCHEMA IF EXISTS ${shape} CASCADE`);
    await loadShape(connection, shape);
  });
  return engine;
}

async function lines(engine: Engine): Promise<string[]> {
  await using connection = await engine.connect();
  return await schemaLines(connection);
}

for (const shape of SHAPES) {
  database.test(`${shape} without models: what is dropped comes back on the way down`, async (url) => {
    await using engine = await shapeEngine(url, shape);
    await using folder = await makeMigrations();
    const before = await lines(engine);
    const models = { metadata: new Metadata() };
    const { path } = await revision(folder.directory, { message: "nothing", autogenerate: engine, models });
    if (path === undefined) return;
    await upgrade(engine, folder.directory);
    await downgrade(engine, folder.directory, "base");
    assertEquals(await lines(engine), before);
  });
}
