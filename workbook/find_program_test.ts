import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { findProgram } from "./find_program.ts";
import { mayUseDatabase } from "../testing/test_database.ts";

/** Registers a test that runs programs; ignored, with the reason in its name, where that is not allowed. */
function test(name: string, run: () => Promise<void>): void {
  const allowed = mayUseDatabase();
  Deno.test({ name: allowed ? name : `${name} [needs programs: deno test -P lib]`, ignore: !allowed, fn: run });
}

test("a program that is not there is none, and no error", async () => {
  assertEquals(await findProgram("no-such-program"), undefined);
});

test("a program that PATH leads to is started by its name", async () => {
  assertEquals(await findProgram(Deno.execPath()), Deno.execPath());
});

test("the variable with its name says where it is, and nowhere else is looked", async () => {
  Deno.env.set("DENO_TWIN", Deno.execPath());
  Deno.env.set("DENO", "/nowhere/deno");
  try {
    assertEquals([await findProgram("deno_twin"), await findProgram("deno")], [Deno.execPath(), undefined]);
  } finally {
    for (const name of ["DENO_TWIN", "DENO"]) Deno.env.delete(name);
  }
});

test("a file that is no program, or one that fails, is none", async () => {
  const folder = await Deno.makeTempDir();
  const plain = join(folder, "plain");
  await Deno.writeTextFile(plain, "");
  assertEquals(await findProgram(plain), undefined);
  await Deno.remove(folder, { recursive: true });
  assertEquals(await findProgram("false"), undefined);
});
