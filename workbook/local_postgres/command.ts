/**
 * Running PostgreSQL's own programs.
 *
 * @module
 */
import type { Account } from "./account.ts";
import { TimeLimit } from "../../lib/base/time_limit.ts";
import { LocalPostgresError } from "./errors.ts";

/** Of the environment only this goes to the server: it outlives us, and LD_LIBRARY_PATH or PG* would lead it astray. */
const KEPT = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "SystemDrive", "ComSpec", "APPDATA", "USERPROFILE"];

/** The cure for what Windows tells by these exit codes: a library that a program needs is not there, or too old. */
const VISUAL_CPP = "It needs the Visual C++ runtime, which is missing or too old here: install it with " +
  "`winget install Microsoft.VCRedist.2015+.x64` (https://aka.ms/vs/17/release/vc_redist.x64.exe).";
const WINDOWS_CODES: Readonly<Record<number, string>> = {
  0xC0000135: VISUAL_CPP, // STATUS_DLL_NOT_FOUND
  0xC0000139: VISUAL_CPP, // STATUS_ENTRYPOINT_NOT_FOUND
};

/** What to do about an exit code by which the system, not the program, says why it did not start. */
export function explainExit(code: number): string | undefined {
  return WINDOWS_CODES[code >>> 0]; // Deno gives it with a sign
}

/** The longest that a program may take, in milliseconds: `initdb` takes 1 s, a start after a crash up to a minute. */
const LIMIT = 300_000;

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
  using late = new TimeLimit(LIMIT, `The program ${program} was ended after ${LIMIT / 1000} s.`);
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
      signal: late.signal,
    });
    const result = await command.output();
    if (late.signal.aborted) throw new LocalPostgresError(late.signal.reason.message);
    const cure = explainExit(result.code);
    if (cure) throw new LocalPostgresError(`The program ${program} did not start. ${cure}`);
    if (options.quiet) return { success: result.success, output: "" };
    const decoder = new TextDecoder();
    return { success: result.success, output: decoder.decode(result.stdout) + decoder.decode(result.stderr) };
  } catch (error) {
    throw LocalPostgresError.from(error, `The program ${program} cannot be run`);
  }
}
