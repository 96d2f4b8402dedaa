/** Databases of eight shapes, made by hand, are adopted. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { adopt, check } from "../commands.ts";
import { catalogLines } from "../../../testing/catalog_lines.ts";
import { shapeEngine, SHAPES } from "../../../testing/hand_made.ts";
import { dumpLines, pgDumpTest } from "../../../testing/pg_dump.ts";
import { makeMigrations } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

database.test("adopted: autogenerate finds nothing, and the database is as it was", async (url, t) => {
  await using folder = await makeMigrations();
  for (const shape of SHAPES) {
    await t.step(shape, async () => {
      await using engine = await shapeEngine(url, shape);
      const before = await catalogLines(engine);
      const directory = join(folder.directory, shape);
      const { differences } = await adopt(engine, directory);
      assertEquals(differences, []);
      const { isClean } = await check(engine, directory);
      assert(isClean);
      assertEquals(await catalogLines(engine), before);
    });
  }
  for (const [step, args] of Object.entries(CHECKS)) {
    await t.step(step, async () => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args, folder.directory] }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    });
  }
});

pgDumpTest(database, "adopted: pg_dump sees no change", async (url, t) => {
  await using folder = await makeMigrations();
  for (const shape of SHAPES) {
    await t.step(shape, async () => {
      await using engine = await shapeEngine(url, shape);
      const before = await dumpLines(url, shape);
      assert(before.length > 20);
      await adopt(engine, join(folder.directory, shape));
      assertEquals(await dumpLines(url, shape), before);
    });
  }
});

const CONFIG = ["--config", new URL("../../../deno.json", import.meta.url).pathname];

/** Programs that find nothing in the files that adopt writes. */
const CHECKS = {
  "the files are formatted": ["fmt", "--check", "--no-config", "--line-width=120"],
  "the files compile": ["check", "--quiet", ...CONFIG],
  "the files pass the linter": ["lint", "--quiet", ...CONFIG],
};
