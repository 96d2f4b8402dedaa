/**
 * The private Python environment `.venv`: JupyterLab and the Deno binary for the kernel. Created if missing, outdated
 * or incomplete; otherwise found within milliseconds.
 *
 * @module
 */
import { join } from "node:path";
import { lockWithin } from "../local_postgres/lock.ts";
import { type Progress, secondsSince } from "../command_line.ts";
import { writeEditorDeno } from "./editor.ts";
import { SetupError } from "../errors.ts";
import { writeJupyterSettings } from "./jupyter_settings.ts";
import { exists, root } from "../paths.ts";
import { type Finished, run } from "../processes.ts";
import { findPython } from "./python.ts";

/** A Python environment ready for use. */
export interface Environment {
  readonly folder: string;
  /** Jupyter's state: settings, open notebooks, trusted outputs, its log. */
  readonly state: string;
  /** Path of its Python. */
  readonly python: string;
  /** Path of the Deno binary for the kernel. */
  readonly deno: string;
  /** Environment variables for its programs. */
  readonly variables: Record<string, string>;
}

/** Options of `ensureEnvironment`. */
export interface EnvironmentOptions {
  readonly folder?: string;
  readonly requirements?: string;
  readonly onProgress?: Progress;
  readonly stop?: AbortSignal;
}

/** Time limits for each part of an installation, and for that of another process, in seconds. */
const LIMITS = { environment: 300, packages: 1_500, binary: 60, others: 1_860 } as const;

// Kept when an environment is recreated: the lock being held, and the reader's JupyterLab settings.
const kept = new Set([".lock", "jupyter"]);

/**
 * Returns the environment, creating it if necessary. Concurrent processes wait for each other, and an interrupted
 * installation is repeated.
 * @throws {SetupError} if Python is missing or too old, the packages cannot be installed, or the folder cannot be
 * written.
 */
export async function ensureEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const folder = options.folder ?? join(root, ".venv");
  const requirements = options.requirements ?? join(root, "requirements.txt");
  const environment = describe(folder);
  const stamp = await stampFor(folder, requirements);
  if (await isReady(environment, stamp)) {
    await writeSettings(environment);
    return environment;
  }
  try {
    await Deno.mkdir(folder, { recursive: true });
    using lock = await Deno.open(join(folder, ".lock"), { create: true, write: true });
    const wait = () => options.onProgress?.("another process is setting up .venv; waiting until it is done …");
    if (!await lockWithin(LIMITS.others * 1000, lock, wait, options.stop)) {
      throw new SetupError(
        `Another process has been setting up ${folder} for half an hour. Stop it, then run this again.`,
      );
    }
    if (await isReady(environment, stamp)) return environment;
    await install(environment, requirements, options);
    await writeSettings(environment);
    await Deno.writeTextFile(join(folder, ".stamp"), stamp);
  } catch (error) {
    if (!isNotWritable(error)) throw error;
    throw new SetupError(
      `JupyterLab is installed in ${folder}, but this folder is not writable. Give your account write permission, or ` +
        "clone the project to a folder of your own; then run this again.",
    );
  }
  return environment;
}

/** Writes the settings that Jupyter and editors need into an environment, unless they are up to date. */
export async function writeSettings(environment: Environment): Promise<void> {
  await writeJupyterSettings(environment);
  await writeEditorDeno(environment);
}

function isNotWritable(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || /read-only file system/i.test(String(error));
}

/** Returns the paths in an environment at `folder`. */
export function describe(folder: string): Environment {
  const windows = Deno.build.os === "windows";
  const programs = join(folder, windows ? "Scripts" : "bin");
  const suffix = windows ? ".exe" : "";
  // set by tests, which must not use the state of the reader's own JupyterLab
  const state = Deno.env.get("WORKBOOK_JUPYTER") ?? join(folder, "jupyter");
  return {
    folder,
    state,
    python: join(programs, `python${suffix}`),
    deno: join(programs, `deno${suffix}`),
    variables: privateVariables(state),
  };
}

/**
 * Returns this process's variables without those that would mix in another Python or Jupyter, and with Jupyter's
 * folders in `state`: the home folder is neither read nor written.
 */
function privateVariables(state: string): Record<string, string> {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !/^(PYTHON|JUPYTER|JPY_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    PIP_USER: "0",
    PYTHONUTF8: "1",
    JUPYTER_CONFIG_DIR: join(state, "config"),
    JUPYTER_DATA_DIR: join(state, "data"),
    JUPYTER_RUNTIME_DIR: join(state, "runtime"),
    IPYTHONDIR: join(state, "ipython"),
  };
}

/**
 * Returns a fingerprint of the environment's inputs. It includes the path: an environment that is moved stops working.
 */
async function stampFor(folder: string, requirements: string): Promise<string> {
  const text = folder + "\n" + await Deno.readTextFile(requirements);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

async function isReady(environment: Environment, stamp: string): Promise<boolean> {
  try {
    if (await Deno.readTextFile(join(environment.folder, ".stamp")) !== stamp) return false;
    return await exists(environment.python) && await exists(environment.deno);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

async function install(environment: Environment, requirements: string, options: EnvironmentOptions): Promise<void> {
  const { onProgress = () => {}, stop } = options;
  const python = await findPython();
  for await (const entry of Deno.readDir(environment.folder)) {
    if (!kept.has(entry.name)) await Deno.remove(join(environment.folder, entry.name), { recursive: true });
  }
  const { variables: env } = environment;
  const [program, ...first] = python.command;
  await step(`creating .venv with Python ${python.version}`, onProgress, async () => {
    const made = await run(program, [...first, "-m", "venv", environment.folder], {
      ...{ env, stop, limit: LIMITS.environment },
      advice: "if the disk is slow, or a virus scanner checks each file, move the project to another disk",
    });
    if (made.code !== 0) throw failed(explainVenv(made), made);
  });
  await step("installing JupyterLab and the Deno kernel (half a minute to two minutes)", onProgress, async () => {
    const args = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"];
    const installed = await run(environment.python, [...args, "-r", requirements], {
      ...{ env, stop, limit: LIMITS.packages },
      advice: "the network is slow, or a proxy does not respond: test both with deno task doctor, then run this again",
    });
    if (installed.code !== 0) throw failed(explainPip(installed), installed);
  });
  await step("testing the kernel's Deno binary", onProgress, async () => {
    const tried = await run(environment.deno, ["--version"], {
      ...{ env, stop, limit: LIMITS.binary },
      advice: "delete .venv, then run this again",
    });
    if (tried.code !== 0) {
      throw failed("The Deno binary from PyPI does not run on this machine: see its output above", tried);
    }
  });
}

/** Runs one step, reporting its name, a sign of life every ten seconds, and its duration. */
async function step(name: string, onProgress: Progress, action: () => Promise<void>): Promise<void> {
  const start = performance.now();
  onProgress(`${name} …`);
  const timer = setInterval(() => onProgress(`  … ${secondsSince(start)}`), 10_000);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  onProgress(`  done in ${secondsSince(start)}`);
}

/** Explains in a sentence why the environment could not be created. */
export function explainVenv({ stdout, stderr }: Finished): string {
  const text = stdout + stderr;
  if (diskIsFull.test(text)) {
    return "Python could not create .venv, because the disk is full: free about 700 MB, then run this again";
  }
  if (/ensurepip|No module named '?venv/.test(text)) {
    // Debian and Ubuntu divide Python into packages
    return "Python could not create .venv, because its module venv is missing: install it (on Debian and Ubuntu: " +
      "sudo apt install python3-venv), then run this again";
  }
  return "Python could not create .venv: correct the error shown above, then run this again";
}

const diskIsFull = /No space left on device/;

/** Explains in a sentence why pip failed. */
export function explainPip({ stdout, stderr }: Finished): string {
  const text = stdout + stderr;
  if (diskIsFull.test(text)) {
    return "JupyterLab could not be installed, because the disk is full: free about 700 MB, then run this again";
  }
  if (
    /Could not fetch|from versions: none|NewConnectionError|ConnectionError|ConnectTimeout|name resolution|Network is unreachable|SSLError|ProxyError/i
      .test(text)
  ) {
    return "JupyterLab could not be installed, because the Python package index (pypi.org) is unreachable: check the " +
      "network (set HTTPS_PROXY for a proxy, PIP_INDEX_URL for a mirror), then run this again";
  }
  return "pip could not install the packages in requirements.txt: correct the error shown above, then run this again";
}

/** Creates the error for a failed program: its last output, then the sentence. */
function failed(sentence: string, { stdout, stderr }: Finished): SetupError {
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-8).map((line) => `  | ${line}`).join("\n");
  return new SetupError(`${said}\n${sentence}.`);
}
