/**
 * Whether packages can be had from this machine: asked with the programs that install them, because only they know which
 * registries and proxies the reader's settings name.
 *
 * @module
 */
import { run } from "./jupyter/processes.ts";

/** How a registry is asked. */
interface AskOptions {
  /** The longest that it may take, in milliseconds (15,000). */
  readonly patience?: number;
  readonly stop?: AbortSignal;
}

/** Asks npm's registry for a small package, past Deno's cache. @returns whether it came. */
export async function npmAnswers(options: AskOptions = {}): Promise<boolean> {
  return await inEmptyFolder(async (folder) => {
    const env = { ...Deno.env.toObject(), DENO_DIR: folder };
    return await succeeds(Deno.execPath(), ["cache", "--quiet", "--no-config", "npm:pgpass"], folder, env, options);
  });
}

/** Asks the index of Python packages for a small one, past pip's cache. @returns whether it came. */
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
  { patience = 15_000, stop }: AskOptions,
): Promise<boolean> {
  const late = AbortSignal.timeout(patience);
  try {
    return (await run(program, args, { cwd, env, stop: stop ? AbortSignal.any([stop, late]) : late })).code === 0;
  } catch (error) {
    stop?.throwIfAborted();
    if (late.aborted) return false;
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
