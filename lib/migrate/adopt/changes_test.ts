/** Changes behind the back of adopted models: each is found exactly, undone, made again and undone again. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { autogenerate } from "../autogenerate.ts";
import { adopt, downgrade, revision, upgrade } from "../commands.ts";
import { lineChanges } from "../schema_lines.ts";
import { catalogLines } from "../../../testing/catalog_lines.ts";
import { shapeEngine, SHAPES } from "../../../testing/hand_made.ts";
import { dumpLines } from "../../../testing/pg_dump.ts";
import { makeMigrations } from "../../../testing/migrations.ts";
import { CHANGES } from "../../../testing/schemas/changes.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

for (const shape of SHAPES) {
  database.test(`${shape}: each change is found exactly; up, down, up`, async (url, t) => {
    await using engine = await shapeEngine(url, shape);
    await using folder = await makeMigrations();
    const { models } = await adopt(engine, folder.directory);
    const { metadata } = await import(new URL(`file://${models}`).href);
    const [first] = CHANGES[shape];
    for (const change of CHANGES[shape]) {
      await t.step(change.sql, async () => {
        // pg_dump takes its time: it sees one change of each schema
        const look = async () => [
          ...await catalogLines(engine),
          ...change === first ? await dumpLines(url, shape) ?? [] : [],
        ];
        const original = await look();
        await engine.begin((connection) => connection.execute(change.sql));
        const changed = await look();
        assertNotEquals(lineChanges(original, changed), []);
        const request = { message: change.sql, autogenerate: engine, models: { metadata } };
        assertEquals((await revision(folder.directory, request)).comparison!.summary, change.found);
        await upgrade(engine, folder.directory);
        assertEquals(lineChanges(original, await look()), [], "up");
        await downgrade(engine, folder.directory, "-1");
        assertEquals(lineChanges(changed, await look()), [], "down");
        await upgrade(engine, folder.directory);
        assertEquals(lineChanges(original, await look()), [], "up again");
        await using connection = await engine.connect();
        assertEquals((await autogenerate(connection, metadata)).summary, []);
      });
    }
  });
}
