/**
 * Runs PostgreSQL's programs.
 *
 * @module
 */
import type { Account } from "./account.ts";
import { TimeLimit } from "../../lib/base/time_limit.ts";
import { LocalPostgresError } from "./errors.ts";

/**
 * The only environment variables passed to the server: it outlives this process, and LD_LIBRARY_PATH or PG* would
 * misconfigure it.
 */
const KEPT = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "SystemDrive", "ComSpec", "APPDATA", "USERPROFILE"];

/** Remedy for these exit codes on Windows: a required library is missing or too old. */
const VISUAL_CPP = "It needs the Visual C++ runtime, which is missing or too old here: install it with " +
  "`winget install Microsoft.VCRedist.2015+.x64` (https://aka.ms/vs/17/release/vc_redist.x64.exe).";
const WINDOWS_CODES: Readonly<Record<number, string>> = {
  0xC0000135: VISUAL_CPP, // STATUS_DLL_NOT_FOUND
  0xC0000139: VISUAL_CPP, // STATUS_ENTRYPOINT_NOT_FOUND
};

/** Returns a remedy for an exit code of the system, rather than the program, that says why it did not start. */
export function explainExit(code: number): string | undefined {
  return WINDOWS_CODES[code >>> 0]; // Deno returns it as a signed number
}

/** Time limit of a program in milliseconds: `initdb` takes 1 s, a start after a crash up to a minute. */
const LIMIT = 300_000;

/** Outcome of a program; `output` is standard output followed by standard error. */
export interface Outcome {
  readonly success: boolean;
  readonly output: string;
}

/**
 * Runs a program to completion in a minimal environment.
 * @param options `account`: the account to run it as (default: the current one); `cwd`: its working directory, which
 * that account must be able to enter; `quiet`: do not capture output, for a program that passes it to a long-lived one.
 * @throws {LocalPostgresError} if the program cannot be started.
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
  using late = new TimeLimit(LIMIT, `The program ${program} was terminated after ${LIMIT / 1000} s.`);
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
