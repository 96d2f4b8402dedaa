/** The first revisions of databases of eight shapes, applied to new databases. */
import { assertEquals } from "@std/assert";
import { adopt, downgrade, upgrade } from "../commands.ts";
import { reflect } from "../reflect/reflect.ts";
import { lineChanges } from "../schema_lines.ts";
import { notCreated } from "./remarks.ts";
import { catalogLines } from "../../../testing/catalog_lines.ts";
import { recreateSchema, shapeEngine, SHAPES } from "../../../testing/hand_made.ts";
import { makeMigrations } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** What defaults and columns of the schemas need, which the first revision asks for. */
const NEEDED = /^CREATE (DOMAIN|SEQUENCE|FUNCTION current_tenant)/;

/** What a line of the catalogs contains if it is about an object: `published`, `load_run:` for its storage parameters. */
function mark(object: string): string {
  const [, table] = / of (\S+)$/.exec(object) ?? [];
  return table === undefined ? object.replace(/\(.*/, "").split(/[ .]/).at(-1)! : `${table}:`;
}

for (const shape of SHAPES) {
  database.test(`${shape}: the first revision creates the tables in a new database, and drops them`, async (url) => {
    await using engine = await shapeEngine(url, shape);
    await using folder = await makeMigrations();
    const original = await catalogLines(engine);
    await adopt(engine, folder.directory);
    await using connection = await engine.connect();
    const marks = notCreated(await reflect(connection, { main: shape })).map(mark);
    await connection.rollback();
    await recreateSchema(engine, shape, NEEDED);
    const empty = await catalogLines(engine);
    await upgrade(engine, folder.directory);
    const isExpected = (line: string) =>
      marks.some((mark) => line.includes(mark)) || / sequence \S+: \w+ \d+ \d+$/.test(line); // START and INCREMENT
    assertEquals(lineChanges(original, await catalogLines(engine)).filter((line) => !isExpected(line)), []);
    await downgrade(engine, folder.directory, "base");
    assertEquals(lineChanges(empty, await catalogLines(engine)), []);
  });
}
