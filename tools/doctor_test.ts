import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { testDatabase } from "../lib/workbook/test_database.ts";
import { root } from "./jupyter/paths.ts";
import { run } from "./jupyter/processes.ts";

const database = testDatabase(import.meta.url);

/** `deno task doctor` on a database: its status, and what it says of each thing, by name. */
async function doctor(url: string) {
  const args = ["run", "-A", "--quiet", join(root, "tools", "doctor.ts")];
  const { code, stdout } = await run(Deno.execPath(), args, {
    env: { ...Deno.env.toObject(), DATABASE_URL: url, NO_COLOR: "1" },
  });
  const entries = stdout.matchAll(/^(ok|note|FAIL) +(\S.*?) {2,}(.*(?:\n {28}.*)?)/gm);
  return { code, said: new Map([...entries].map(([, mark, name, text]) => [name, `${mark}: ${text}`])), stdout };
}

database.test("what is there is told with its version, each driver with the time of a round trip", async (url) => {
  const { code, said, stdout } = await doctor(url);
  assertEquals([...said.keys()], [
    "Deno",
    "Python",
    "JupyterLab",
    "the kernel's Deno",
    "PostgreSQL",
    "driver postgres",
    "driver pg",
    "driver libpq",
    "connections",
    "tables",
    "Chromium",
  ]);
  assertEquals(said.get("Deno"), `ok: ${Deno.version.deno}`);
  assertMatch(said.get("PostgreSQL")!, /^ok: \d+\.\d+.* at postgresql:\/\/.*\(DATABASE_URL\)$/);
  for (const driver of ["postgres", "pg", "libpq"]) {
    assertMatch(
      said.get(`driver ${driver}`)!,
      /^ok: \d+(\.\d+)+; a round trip takes \d+\.\d\d ms \(median of 50\)$/,
    );
  }
  assertMatch(said.get("connections")!, /^ok: \d+ of \d+ are in use$/);
  assertMatch(said.get("tables")!, /^note: not made yet\n +deno task migrate brings them up to date$/);
  assertEquals(code, stdout.includes("FAIL") ? 1 : 0);
});

Deno.test("no database: the reason and what to do, without the password; the rest is looked at all the same", async () => {
  const { code, said, stdout } = await doctor("postgresql://sandy:secret@127.0.0.1:1/shop");
  assertEquals(code, 1);
  assertEquals([...said.keys()], ["Deno", "Python", "JupyterLab", "the kernel's Deno", "PostgreSQL", "Chromium"]);
  assertMatch(said.get("PostgreSQL")!, /^FAIL: no\n +PostgreSQL at .*127\.0\.0\.1:1\/shop .* Start that server or/);
  assertMatch(stdout, /\n\d+ to mend: see the lines with FAIL\.\n$/);
  assertEquals(stdout.includes("secret"), false);
});
