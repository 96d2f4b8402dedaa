import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { migrate } from "../lib/mod.ts";
import { permittedTest } from "../testing/permitted.ts";
import { writeRevision } from "./write_revision.ts";

permittedTest(["write"], "a revision is written as its functions stand, and follows the one before", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "versions"));
  const nothing = () => Promise.resolve();
  await writeRevision(folder, "first", { up: nothing, down: nothing });
  await writeRevision(folder, "second", { up: (db) => Promise.resolve(db), down: nothing, transactional: false });
  const [second, first] = await migrate.list(folder);
  assertEquals([first.message, second.message], ["first", "second"]);
  assertEquals((await migrate.heads(folder)).map(({ id }) => id), [second.id]);
  const text = await Deno.readTextFile(second.path);
  assertEquals(text.slice(text.indexOf("export const transactional")).split("\n"), [
    "export const transactional = false;",
    "",
    "export const up = (db)=>Promise.resolve(db);",
    "export const down = ()=>Promise.resolve();",
    "",
  ]);
  await Deno.remove(folder, { recursive: true });
});
