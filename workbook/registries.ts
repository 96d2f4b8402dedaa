/**
 * Tests whether packages can be downloaded, with the programs that install them: only these know which registries and
 * proxies the reader's settings name.
 *
 * @module
 */
import { SetupError } from "./errors.ts";
import { run } from "./processes.ts";

/** Options of a test. */
interface AskOptions {
  /** Time limit in seconds (15). */
  readonly limit?: number;
  readonly stop?: AbortSignal;
}

/**
 * Downloads a small package from npm's registry, bypassing Deno's cache.
 * @returns whether it succeeded.
 */
export async function npmAnswers(options: AskOptions = {}): Promise<boolean> {
  return await inEmptyFolder(async (folder) => {
    const env = { ...Deno.env.toObject(), DENO_DIR: folder };
    return await succeeds(Deno.execPath(), ["cache", "--quiet", "--no-config", "npm:pgpass"], folder, env, options);
  });
}

/**
 * Downloads a small package from the Python package index, bypassing pip's cache.
 * @returns whether it succeeded.
 */
export async function pipAnswers(
  python: string,
  env: Readonly<Record<string, string>>,
  options: AskOptions = {},
): Promise<boolean> {
  return await inEmptyFolder(async (folder) => {
    const args = ["-m", "pip", "download", "--quiet", "--no-input", "--no-cache-dir", "--no-deps", "--retries=0"];
    return await succeeds(python, [...args, `--dest=${folder}`, "nbclient"], folder, { ...env }, options);
  });
}

async function succeeds(
  program: string,
  args: string[],
  cwd: string,
  env: Record<string, string>,
  { limit = 15, stop }: AskOptions,
): Promise<boolean> {
  try {
    return (await run(program, args, { cwd, env, limit, stop })).code === 0;
  } catch (error) {
    if (error instanceof SetupError) return false; // late
    throw error;
  }
}

async function inEmptyFolder<Value>(action: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await Deno.makeTempDir();
  try {
    return await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
