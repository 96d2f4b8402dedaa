import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Metadata } from "../schema/table.ts";
import { integer, text, uuid } from "../schema/columns.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { compareModels, specifierOf } from "./model_comparison.ts";
import { makeMigrations, scratch } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const table = new URL("../schema/table.ts", import.meta.url).href;
const columns = new URL("../schema/columns.ts", import.meta.url).href;

database.test("the models of env.ts, or a function that loads them, are compared with the database", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const models = `import { Metadata } from "${table}";\nimport { uuid } from "${columns}";
const all = new Metadata();\nall.add("heroes", { id: uuid().primaryKey() });\nall.add("toys", { id: uuid().primaryKey() });\n`;
  const texts = [
    `${models}export const metadata = all;`,
    `${models}export const metadata = () => Promise.resolve(all);
export const includeObject = ({ name }: { name: string }) => name !== "toys";`,
    "export const url = () => 'postgresql://somewhere/else';",
  ];
  const found: unknown[] = [];
  for (const text of texts) {
    await using folder = await makeMigrations();
    await folder.write("env.ts", text);
    found.push((await compareModels(engine, folder.directory))?.summary);
  }
  assertEquals(found, [["create table heroes", "create table toys"], ["create table heroes"], undefined]);
});

database.test("models that are given stand for those of env.ts, which need not be there", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const metadata = new Metadata();
  metadata.add("heroes", { id: uuid().primaryKey(), name: text(), level: integer() });
  const comparison = await compareModels(engine, "nowhere", { metadata });
  assertEquals(comparison?.summary, ["create table heroes"]);
});

Deno.test("a file is imported from another folder whatever the names of the folders are", () => {
  const versions = join("/", "home", "shop", "versions");
  for (const name of ["plain", "a #b?c %41 ü", "(1)"]) {
    const file = join("/", "home", name, "errors.ts");
    const specifier = specifierOf(file, versions);
    assertEquals(fileURLToPath(new URL(specifier, pathToFileURL(join(versions, "1a2b_first.ts")))), file);
  }
  assertEquals(specifierOf(join("/", "home", "plain", "errors.ts"), versions), "../../plain/errors.ts");
});
