/**
 * Running PostgreSQL's own programs.
 *
 * @module
 */
import type { Account } from "./account.ts";
import { LocalPostgresError } from "./errors.ts";

/** Of the environment only this goes to the server: it outlives us, and LD_LIBRARY_PATH or PG* would lead it astray. */
const KEPT = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "SystemDrive", "ComSpec", "APPDATA", "USERPROFILE"];

/** How a program ended: `output` is what it wrote, standard output first. */
export interface Outcome {
  readonly success: boolean;
  readonly output: string;
}

/**
 * Runs a program to its end in a small environment of its own.
 *
 * @param options `account`: the account to run it as (default: our own); `cwd`: its working folder, which that account
 * must be able to enter; `quiet`: capture no output, for a program that hands its output on to one that stays.
 * @throws {LocalPostgresError} when the program cannot be started at all.
 */
export async function run(
  program: string,
  args: string[],
  options: { account?: Account; cwd?: string; quiet?: boolean } = {},
): Promise<Outcome> {
  const env: Record<string, string> = { LC_ALL: "C", TZ: "UTC" };
  for (const name of KEPT) {
    const value = Deno.env.get(name);
    if (value) env[name] = value;
  }
  const output = options.quiet ? "null" : "piped";
  try {
    const command = new Deno.Command(program, {
      args,
      cwd: options.cwd,
      uid: options.account?.uid,
      gid: options.account?.gid,
      clearEnv: true,
      env,
      stdin: "null",
      stdout: output,
      stderr: output,
    });
    const result = await command.output();
    if (options.quiet) return { success: result.success, output: "" };
    const decoder = new TextDecoder();
    return { success: result.success, output: decoder.decode(result.stdout) + decoder.decode(result.stderr) };
  } catch (error) {
    throw LocalPostgresError.from(error, `The program ${program} cannot be run`);
  }
}
