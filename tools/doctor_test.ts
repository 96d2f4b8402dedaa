import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { testDatabase } from "../testing/test_database.ts";
import { root } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";

const database = testDatabase(import.meta.url);

function withoutProxy(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_proxy$/i.test(name)));
}

/** `deno task doctor` on a database: its status, and what it says of each thing, by name. */
async function doctor(url: string, proxy: Record<string, string> = {}) {
  const args = ["run", "-A", "--quiet", join(root, "tools", "doctor.ts")];
  const { code, stdout } = await run(Deno.execPath(), args, {
    env: { ...withoutProxy(Deno.env.toObject()), ...proxy, DATABASE_URL: url, NO_COLOR: "1" },
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
    "driver wire",
    "driver libpq",
    "connections",
    "tables",
    "your notebooks",
    "Chromium",
  ]);
  assertEquals(said.get("Deno"), `ok: ${Deno.version.deno}`);
  assertMatch(said.get("PostgreSQL")!, /^ok: \d+\.\d+.* at postgresql:\/\/.*\(DATABASE_URL\)$/);
  for (const driver of ["postgres", "pg", "wire", "libpq"]) {
    assertMatch(
      said.get(`driver ${driver}`)!,
      /^ok: (\d+(\.\d+)+|lib\/engine\/drivers\/wire); a round trip takes \d+\.\d\d ms \(median of 50\)$/,
    );
  }
  assertMatch(said.get("connections")!, /^ok: \d+ of \d+ in use$/);
  assertMatch(said.get("tables")!, /^note: not created yet\n +deno task migrate brings them up to date$/);
  assertEquals(code, stdout.includes("FAIL") ? 1 : 0);
});

Deno.test("no database: the reason and what to do, without the password; the rest is looked at all the same", async () => {
  const { code, said, stdout } = await doctor("postgresql://sandy:secret@127.0.0.1:1/shop");
  assertEquals(code, 1);
  assertEquals([...said.keys()], [
    "Deno",
    "Python",
    "JupyterLab",
    "the kernel's Deno",
    "PostgreSQL",
    "your notebooks",
    "Chromium",
  ]);
  assertMatch(said.get("PostgreSQL")!, /^FAIL: no\n +PostgreSQL at .*127\.0\.0\.1:1\/shop .* Start that server or/);
  assertMatch(stdout, /\n\d+ failed: see the lines with FAIL\.\n$/);
  assertEquals(stdout.includes("secret"), false);
});

Deno.test("a proxy is named, without its password, and whether packages are available through it", async () => {
  const dead = "http://sandy:secret@127.0.0.1:9";
  const { said, stdout } = await doctor("postgresql://sandy@127.0.0.1:1/shop", {
    ...{ HTTPS_PROXY: dead, https_proxy: dead },
    // pip's own settings may name packages on this machine
    ...{ PIP_CONFIG_FILE: Deno.build.os === "windows" ? "nul" : "/dev/null", PIP_FIND_LINKS: "", PIP_INDEX_URL: "" },
  });
  const masked = "http://sandy:***@127.0.0.1:9";
  assertEquals(
    said.get("proxy"),
    `ok: HTTPS_PROXY=${masked}, https_proxy=${masked}; not used for this machine's own addresses`,
  );
  assertMatch(
    said.get("npm packages")!,
    /^note: not available through this proxy\n +installed packages keep working; to /,
  );
  assertMatch(said.get("Python packages")!, /^(note: not available through this proxy\n|ok: not tested)/);
  assertEquals(stdout.includes("secret"), false);
});
