/**
 * Dumps schemas with pg_dump, if the machine has one that is as new as the server.
 *
 * @module
 */
import { withClient } from "../workbook/admin_client.ts";
import { databaseUrl } from "../workbook/database_url.ts";
import { findProgram } from "../workbook/find_program.ts";
import { mayUseDatabase, type TestDatabase } from "./test_database.ts";

const pgDump = mayUseDatabase() ? await newEnough(await findProgram("pg_dump")) : undefined;

/** Registers a test that needs pg_dump; without one, or with one that is older than the server, it is skipped. */
export function pgDumpTest(database: TestDatabase, name: string, run: Parameters<TestDatabase["test"]>[1]): void {
  if (pgDump) database.test(name, run);
  else Deno.test({ name: `${name} [needs pg_dump]`, ignore: true, fn: () => {} });
}

/**
 * Dumps a schema of a database without its data.
 *
 * @returns its lines in alphabetical order, so that the order of columns does not matter, without comments and commas
 */
export async function dumpLines(url: string, schema: string): Promise<string[]> {
  const args = ["--schema-only", "--no-owner", `--schema=${schema}`, "--exclude-table=*.schema_version*", url];
  const { success, stdout, stderr } = await new Deno.Command(pgDump!, { args }).output();
  if (!success) throw new Error(`pg_dump failed: ${new TextDecoder().decode(stderr)}`);
  const lines = new TextDecoder().decode(stdout).split("\n").map((line) => line.replace(/,$/, ""));
  return lines.filter((line) => !/^(--|\\(un)?restrict |$)/.test(line)).sort();
}

/**
 * Returns whether a pg_dump dumps a server: it refuses newer ones.
 *
 * @param version as `pg_dump --version` prints it
 * @param server as `SHOW server_version_num` returns it
 */
export function dumps(version: string, server: number): boolean {
  return Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1] ?? 0) >= Math.trunc(server / 10_000);
}

async function newEnough(program: string | undefined): Promise<string | undefined> {
  if (program === undefined) return undefined;
  const { stdout } = await new Deno.Command(program, { args: ["--version"] }).output();
  const server = await withClient(await databaseUrl(), async (client) => {
    const { rows } = await client.query("SHOW server_version_num");
    return Number(rows[0].server_version_num);
  });
  return dumps(new TextDecoder().decode(stdout), server) ? program : undefined;
}
