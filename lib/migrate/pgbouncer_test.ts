/** Migrations behind PgBouncer; ignored if it is not installed. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { poolerTest, startPooler } from "../../testing/pgbouncer.ts";
import { EngineUrl } from "../engine/url.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { migrate } from "../../testing/migrate_command.ts";
import { creating, makeMigrations } from "../../testing/migrations.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);

const test = (name: string, run: (url: string) => Promise<void>) => poolerTest(database, name, run);

for (const size of [3, 1]) {
  test(`behind PgBouncer that lends ${size} by transaction, the --url of the server is told`, async (url) => {
    await using folder = await makeMigrations({ id: "a1", ...creating("one") });
    const { port, database } = EngineUrl.parse(url);
    const direct = new RegExp(`Nothing was run\\. .*--url postgresql://sandy:\\*\\*\\*@\\S+:${port}/${database}\n$`);
    // side by side, a pooler each: of a single process every command waits in vain for a second one
    await Promise.all(
      ["pg", "postgres", "libpq"].flatMap((driver) =>
        [["upgrade"], ["upgrade", "--dry-run"], ["stamp", "head"]].map(async (command) => {
          await using pooler = await startPooler(url, "transaction", size);
          const behind = onDriver(pooler.url, driver);
          const { code, out, err } = await migrate(...command, "--dir", folder.directory, "--url", behind);
          assertEquals([driver, command, code, out], [driver, command, 1, ""]);
          assertMatch(err, direct);
        })
      ),
    );
    await using pooler = await startPooler(url, "transaction", size);
    const { code, out } = await migrate("current", "--dir", folder.directory, "--url", pooler.url);
    assertEquals([code, out], [0, "base: no revision is applied\n"]);
  });
}

test("behind PgBouncer that lends by statement, the --url of the server is told", async (url) => {
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  const { port } = EngineUrl.parse(url);
  await Promise.all(
    ["pg", "postgres", "libpq"].flatMap((driver) =>
      [3, 1].map(async (size) => {
        await using pooler = await startPooler(url, "statement", size);
        const behind = onDriver(pooler.url, driver);
        const { code, out, err } = await migrate("upgrade", "--dir", folder.directory, "--url", behind);
        assertEquals([driver, size, code, out], [driver, size, 1, ""]);
        assertMatch(err, new RegExp(`statement pooler, which refuses transactions\\. Nothing was run\\. .*:${port}/`));
      })
    ),
  );
});

test("behind PgBouncer that lends by statement, models cannot be compared, and the --url is told", async (url) => {
  await using folder = await makeMigrations();
  const library = JSON.stringify(new URL("../mod.ts", import.meta.url).href);
  await folder.write("env.ts", `import { Metadata } from ${library};\nexport const metadata = new Metadata();`);
  const commands = [["check"], ["revision", "-m", "x", "--autogenerate"]];
  await Promise.all(
    ["pg", "postgres", "libpq"].map(async (driver) => {
      await using pooler = await startPooler(url, "statement", 2);
      const behind = pooler.url.replace("postgresql:", `postgresql+${driver}:`);
      for (const command of commands) {
        const { code, err } = await migrate(...command, "--dir", folder.directory, "--url", behind);
        assertEquals([driver, command, code], [driver, command, 1]);
        assertMatch(err, /statement pooler, which refuses transactions\. Nothing was run\. .*--url postgresql:/);
      }
    }),
  );
});

test("commands that only read work behind PgBouncer, one after the other", async (url) => {
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  await folder.write("env.ts", "");
  const inFolder = ["--dir", folder.directory];
  assertEquals((await migrate(...inFolder, "--url", url)).code, 0);
  await using pooler = await startPooler(url, "transaction", 1);
  for (let turn = 0; turn < 2; turn++) { // the second is given the server process that served the first
    for (const command of ["current", "history", "check"]) {
      const { code, err } = await migrate(command, ...inFolder, "--url", pooler.url);
      assertEquals([command, code, err], [command, 0, ""]);
    }
  }
});

test("PgBouncer that keeps a process for each session is no obstacle", async (url) => {
  await using folder = await makeMigrations({ id: "b1", ...creating("two") });
  await using pooler = await startPooler(url, "session", 1);
  const schema = `s_${crypto.randomUUID().slice(0, 8)}`;
  await folder.write(
    "versions/b1_b1.ts",
    (await Deno.readTextFile(`${folder.directory}/versions/b1_b1.ts`)).replace("two", schema),
  );
  assertEquals((await migrate("stamp", "base", "--dir", folder.directory, "--url", url)).code, 0);
  const { code, out, err } = await migrate("--dir", folder.directory, "--url", pooler.url);
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, "base → b1");
});
