import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { root } from "../workbook/paths.ts";
import { type Finished, run } from "../workbook/processes.ts";

const windows = Deno.build.os === "windows";
/** Signs that mean something in URLs, in patterns or in a shell; Windows allows fewer. */
const NAME = windows ? "a #b %41 ü (1)" : "a #b?c %41 ü (1)";

/** A copy of the checkout in a folder of that name, with the packages of this one. */
async function checkout(): Promise<{ run(...args: string[]): Promise<Finished> } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const copy = join(folder, NAME);
  await Deno.mkdir(copy);
  for (const each of ["deno.json", "deno.lock"]) await Deno.copyFile(join(root, each), join(copy, each));
  for (const each of ["lib", "app", "workbook", "testing", "tools", "migrations"]) {
    await copyFolder(join(root, each), join(copy, each));
  }
  await Deno.symlink(join(root, "node_modules"), join(copy, "node_modules"), { type: "junction" });
  const { DATABASE_URL: _, ...env } = Deno.env.toObject();
  return {
    run: (...args) => run(Deno.execPath(), args, { cwd: copy, env: { ...env, NO_COLOR: "1" } }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory && name !== "node_modules") await copyFolder(join(from, name), join(to, name));
    else if (!isDirectory) await Deno.copyFile(join(from, name), join(to, name));
  }
}

Deno.test(`in a folder named "${NAME}" PostgreSQL starts, migrations run, cells are linted`, async () => {
  await using copy = await checkout();
  try {
    const started = await copy.run("task", "--quiet", "db", "start");
    assertEquals([started.code, started.stdout.split(" ")[0]], [0, "PostgreSQL"], started.stderr);
    const migrated = await copy.run("task", "--quiet", "migrate");
    assertEquals(migrated.code, 0, migrated.stderr);
    const cells = join("workbook", "jupyter", "cells_test.ts");
    const linted = await copy.run("test", "-A", "--no-check", "--filter", "lint tells", cells);
    assertMatch(linted.stdout, /\nok \| 1 passed \| 0 failed/);
  } finally {
    await copy.run("task", "--quiet", "db", "reset");
  }
});
