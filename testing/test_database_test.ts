import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { literal } from "../lib/base/quote.ts";
import { fileURLToPath } from "node:url";
import { withClient } from "../workbook/admin_client.ts";
import { databaseName } from "../workbook/temporary_database.ts";
import { inWeakRole, WEAK_ROLE } from "./weak_role.ts";
import { testDatabase } from "./test_database.ts";

const database = testDatabase(import.meta.url);

Deno.test("the database is named after the test file", () => {
  assertEquals(databaseName("file:///lib/engine/Pool-size_test.ts", "0a1b"), "test_pool_size_0a1b");
  assert(databaseName(`file:///${"long".repeat(30)}_test.ts`).length <= 63);
});

const seen = new Set<string>();
for (const which of ["first", "second"]) {
  database.test(`the ${which} test of this file gets the same database`, async (url) => {
    const { rows: [{ name }] } = await withClient(url, (c) => c.query("SELECT current_database() AS name"));
    seen.add(name);
    assertEquals(seen.size, 1);
    assertMatch(name, /^test_test_database_[0-9a-f]{8}$/);
  });
}

/** Runs a test file in a process of its own. */
async function denoTest(file: string, options: { allow: boolean; databaseUrl?: string }): Promise<string> {
  const config = fileURLToPath(new URL("../deno.json", import.meta.url));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--no-prompt", "--config", config, ...(options.allow ? ["-A"] : []), file],
    env: { NO_COLOR: "1", ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}) },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

const FILE = `
  import { testDatabase } from ${JSON.stringify(new URL("test_database.ts", import.meta.url).href)};
  const database = testDatabase(import.meta.url);
  database.test("passes", (url) => console.log("URL", url));
  database.test("fails", () => { throw new Error("on purpose"); });
`;

async function databases(url: string, like: string): Promise<string[]> {
  const sql = "SELECT datname AS name FROM pg_database WHERE datname LIKE $1";
  return (await withClient(url, (client) => client.query(sql, [like]))).rows.map((row) => row.name);
}

database.test("a test file of its own, in its own process", async (url, t) => {
  const folder = await Deno.makeTempDir();
  const name = `own${crypto.randomUUID().slice(0, 8)}`;
  const file = `${folder}/${name}_test.ts`;
  await Deno.writeTextFile(file, FILE);
  try {
    await t.step("has its database while it runs, and none afterwards, also when a test fails", async () => {
      const output = await denoTest(file, { allow: true });
      assertMatch(output, new RegExp(`URL postgresql://.*/test_${name}_[0-9a-f]{8}`));
      assertStringIncludes(output, "1 passed | 1 failed");
      assertEquals(await databases(url, `test_${name}%`), []);
    });
    await t.step("is ignored without permission, with the reason in the names", async () => {
      const output = await denoTest(file, { allow: false });
      assertStringIncludes(output, "passes [needs the database: deno test -P lib] ... ignored");
      assertStringIncludes(output, "0 passed | 0 failed | 2 ignored");
    });
    await t.step("on a server where it may not make databases, says how to get the right", async () => {
      const output = await denoTest(file, { allow: true, databaseUrl: inWeakRole(url) });
      assertStringIncludes(output, `The role ${WEAK_ROLE} of DATABASE_URL may not make databases`);
      assertStringIncludes(output, `ALTER ROLE "${WEAK_ROLE}" CREATEDB;`);
    });
    await t.step("drops what a killed run left behind a day ago, and nothing else", async () => {
      const [old, young, other] = ["old", "young", "other"].map((kind) => `test_${kind}_${name}`);
      const comment = (age: number) => {
        const made = new Date(Date.now() - age * 3_600_000).toISOString();
        return literal(`a database of the workbook's tests, made at ${made}`);
      };
      await withClient(url, async (client) => {
        for (const each of [old, young, other]) await client.query(`CREATE DATABASE ${each}`);
        await client.query(`COMMENT ON DATABASE ${old} IS ${comment(25)}`);
        await client.query(`COMMENT ON DATABASE ${young} IS ${comment(23)}`);
      });
      try {
        await denoTest(file, { allow: true });
        assertEquals((await databases(url, `test_%_${name}`)).sort(), [other, young]);
      } finally {
        for (const each of [old, young, other]) {
          await withClient(url, (client) => client.query(`DROP DATABASE IF EXISTS ${each}`));
        }
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
