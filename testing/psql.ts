/**
 * Runs scripts with psql, if installed.
 *
 * @module
 */
import { findProgram } from "../workbook/find_program.ts";
import { mayUseDatabase, type TestDatabase } from "./test_database.ts";

const psql = mayUseDatabase() ? await findProgram("psql") : undefined;

/** Registers a test that needs psql; without it it is skipped. */
export function psqlTest(database: TestDatabase, name: string, run: (url: string) => Promise<void>): void {
  if (psql) database.test(name, run);
  else Deno.test({ name: `${name} [needs psql]`, ignore: true, fn: () => {} });
}

/**
 * Runs a script as its first line says.
 *
 * @param env further variables of psql, such as PGCLIENTENCODING
 * @returns the text of its errors, empty if there are none
 */
export async function runScript(url: string, script: string, env: Record<string, string> = {}): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".sql" });
  try {
    await Deno.writeTextFile(file, script);
    const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", file, url];
    const { code, stderr } = await new Deno.Command(psql!, { args, env }).output();
    const errors = new TextDecoder().decode(stderr);
    return code === 0 ? "" : errors || `psql ended with status ${code}`;
  } finally {
    await Deno.remove(file);
  }
}
