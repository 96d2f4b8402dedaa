/**
 * Dumps schemas with pg_dump, if the machine has one that is as new as the server.
 *
 * @module
 */
import { findProgram } from "../workbook/find_program.ts";

/**
 * Dumps a schema of a database without its data.
 *
 * @returns its lines in alphabetical order, so that the order of columns does not matter, without comments and commas;
 * `undefined` if pg_dump is missing or older than the server
 */
export async function dumpLines(url: string, schema: string): Promise<string[] | undefined> {
  const program = await findProgram("pg_dump");
  if (program === undefined) return undefined;
  const args = ["--schema-only", "--no-owner", `--schema=${schema}`, "--exclude-table=*.schema_version*", url];
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const message = new TextDecoder().decode(stderr);
  if (!success && message.includes("server version mismatch")) return undefined;
  if (!success) throw new Error(`pg_dump failed: ${message}`);
  const lines = new TextDecoder().decode(stdout).split("\n").map((line) => line.replace(/,$/, ""));
  return lines.filter((line) => !/^(--|\\(un)?restrict |$)/.test(line)).sort();
}
