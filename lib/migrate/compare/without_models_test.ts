/** Databases of eight shapes, made by hand, beside a program without models. */
import { assertEquals } from "@std/assert";
import { Metadata } from "../../schema/table.ts";
import { downgrade, revision, upgrade } from "../commands.ts";
import { catalogLines } from "../../../testing/catalog_lines.ts";
import { shapeEngine, SHAPES } from "../../../testing/hand_made.ts";
import { makeMigrations } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

for (const shape of SHAPES) {
  database.test(`${shape} without models: what is dropped comes back on the way down`, async (url) => {
    await using engine = await shapeEngine(url, shape);
    await using folder = await makeMigrations();
    const before = await catalogLines(engine);
    const models = { metadata: new Metadata() };
    const { path } = await revision(folder.directory, { message: "nothing", autogenerate: engine, models });
    if (path === undefined) return;
    await upgrade(engine, folder.directory);
    await downgrade(engine, folder.directory, "base");
    assertEquals(await catalogLines(engine), before);
  });
}
