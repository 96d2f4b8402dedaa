import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createEngine, migrate } from "../lib/mod.ts";
import { testDatabase } from "../lib/workbook/test_database.ts";

const database = testDatabase(import.meta.url);
const folder = fileURLToPath(new URL(".", import.meta.url));

database.test("the revisions make what the models say, and can be undone and done again", async (url) => {
  await using engine = createEngine(url);
  await migrate.upgrade(engine, folder, "head");
  const { differences, unmodelled, isClean } = await migrate.check(engine, folder);
  assertEquals({ differences, unmodelled, isClean }, { differences: [], unmodelled: [], isClean: true });
  await migrate.downgrade(engine, folder, "base");
  await migrate.upgrade(engine, folder, "head");
  assertEquals((await migrate.check(engine, folder)).isClean, true);
});
