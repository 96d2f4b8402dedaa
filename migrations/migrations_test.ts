import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { metadata } from "../app/models.ts";
import { autogenerate } from "../lib/migrate/autogenerate.ts";
import { scratch } from "../testing/migrations.ts";
import { createEngine, migrate } from "../lib/mod.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const folder = fileURLToPath(new URL("./", import.meta.url));

database.test("the revisions make what the models say, and can be undone and done again", async (url) => {
  await using engine = createEngine(url);
  await migrate.upgrade(engine, folder, "head");
  const { differences, unmodelled, isClean } = await migrate.check(engine, folder);
  assertEquals({ differences, unmodelled, isClean }, { differences: [], unmodelled: [], isClean: true });
  await migrate.downgrade(engine, folder, "base");
  await migrate.upgrade(engine, folder, "head");
  assertEquals((await migrate.check(engine, folder)).isClean, true);
});

database.test("on an empty database the tool writes what the revisions hold", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using connection = await engine.connect();
  const { upSource } = await autogenerate(connection, metadata);
  const files = (await migrate.list(folder)).map(({ path }) => Deno.readTextFile(path));
  const written = (await Promise.all(files)).join("\n").replace(/^ +/gm, "");
  for (const line of upSource) assertStringIncludes(written, line.trim());
});
