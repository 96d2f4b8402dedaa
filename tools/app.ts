/**
 * `deno task app`: runs an application in one or more processes on one port, and restarts those that crash.
 *
 * @module
 */
import { join } from "node:path";
import { parseEnv } from "node:util";
import { DRIVERS } from "../app/drivers.ts";
import { readSettings, type Settings, SettingsError } from "../app/settings.ts";
import { databaseUrl } from "../workbook/database_url.ts";
import { newCommand, readArguments, readPort, runTask } from "../workbook/command_line.ts";
import { SetupError, UsageError } from "../workbook/errors.ts";
import { root } from "../workbook/paths.ts";

const command = newCommand(
  "deno task app",
  "Runs the application of toys and users on one of the drivers.",
  `The tables must exist: run deno task migrate. Settings are environment variables; see app/settings.ts. Keep those of each
environment in a file of its own, such as .env.staging; what is set in the environment itself counts more.
Ctrl-C or SIGTERM: each process finishes its requests in progress, then exits.`,
)
  .usage(`--driver ${DRIVERS.join("|")} [options]`)
  .option("--driver <name>", "how it reaches PostgreSQL")
  .option("--port <n>", "the port (default: PORT, or 8000); the address is 127.0.0.1 unless HOST says otherwise")
  .option("--workers <n>", "processes that share the port; elsewhere than on Linux it is one", "1")
  .option("--env-file <file>", "read settings from a file, a line NAME=value each")
  .option("--watch", "restart when a file of app/ or lib/ changes");

/** Grace period for a process to exit, in milliseconds, beyond what it allows its requests. */
const END = 5_000;

/** Delay before a crashed process is restarted, in milliseconds. */
const RESTART_AFTER = 1000;

/** Time in which several changes of files are one, in milliseconds. */
const SETTLE = 100;

interface Options {
  readonly driver?: string;
  readonly port?: string;
  readonly workers: string;
  readonly envFile?: string;
  readonly watch?: true;
}

async function app(args: string[], stop: AbortSignal): Promise<number> {
  const given = readArguments<Options>(command, args);
  if (!given) return 0;
  const { driver, port, workers: count, envFile, watch } = given.options;
  if (driver === undefined || !DRIVERS.includes(driver)) {
    throw new UsageError(`--driver takes one of ${DRIVERS.join(", ")}. See: deno task app --help`);
  }
  const workers = Number(count);
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= 64)) {
    throw new UsageError(`--workers takes a number from 1 to 64, not "${count}".`);
  }
  const possible = possibleWorkers(workers);
  if (possible < workers) {
    console.error(
      `Processes can share a port on Linux only: running ${possible} of ${workers}. To use more, start each on its own port behind a load balancer.`,
    );
  }
  if (envFile !== undefined) await useSettingsOf(envFile);
  const settings = settingsOf(Deno.env.toObject());
  const env = {
    PORT: String(freePort(settings.host, port === undefined ? settings.port : readPort(port))),
    REUSE_PORT: String(possible > 1), // a single process keeps others off by itself
    DATABASE_URL: await databaseUrl({ onProgress: console.error }),
  };
  const edits = new Edits();
  if (watch) void edits.watch(stop);
  const run = { driver, env, stop, edits: watch && edits, end: settings.stopTimeout + END };
  return Math.max(...await Promise.all(Array.from({ length: possible }, () => supervise(run))));
}

/** Adds the settings of a file to the environment; those that are set already stay. */
async function useSettingsOf(file: string): Promise<void> {
  const text = await Deno.readTextFile(file).catch((error) => {
    throw new UsageError(`--env-file: cannot read ${file}: ${error.message}.`);
  });
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (value !== undefined && Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
}

/** Reads the settings here, too: several processes would each complain of a wrong one. */
function settingsOf(environment: Record<string, string>): Settings {
  try {
    return readSettings(environment);
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

/**
 * Checks that nothing listens on a port. Processes that share a port would let a second application share it, too, and
 * each would get some of the requests.
 * @returns the port, for 0 a free one.
 * @throws {SetupError} if it is in use, or the address is not of this machine.
 */
function freePort(hostname: string, port: number): number {
  try {
    using listener = Deno.listen({ hostname, port });
    return listener.addr.port;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) {
      throw new SetupError(`Cannot listen on ${hostname} (HOST): ${(error as Error).message}`, { cause: error });
    }
    throw new SetupError(
      `Port ${port} of ${hostname} is in use, perhaps by another application. Stop that one, or choose a port: --port or PORT.`,
      { cause: error },
    );
  }
}

/**
 * Returns how many processes can share a port. On systems other than Linux, a single process would receive every
 * connection.
 */
export function possibleWorkers(workers: number, os: typeof Deno.build.os = Deno.build.os): number {
  return os === "linux" ? workers : 1;
}

/** Changes of the files that an application consists of. */
class Edits {
  #next = new AbortController();

  /** Aborted at the next change. */
  get next(): AbortSignal {
    return this.#next.signal;
  }

  /** Watches until `stop`. */
  async watch(stop: AbortSignal): Promise<void> {
    const watcher = Deno.watchFs(["app", "lib"].map((folder) => join(root, folder)));
    stop.addEventListener("abort", () => watcher.close(), { once: true });
    let timer: ReturnType<typeof setTimeout> | undefined;
    for await (const { kind, paths } of watcher) {
      if (kind === "access" || !paths.some((path) => path.endsWith(".ts") && !path.endsWith("_test.ts"))) continue;
      clearTimeout(timer);
      timer = setTimeout(() => {
        console.error("a file has changed; restarting");
        const edited = this.#next;
        this.#next = new AbortController();
        edited.abort();
      }, SETTLE);
    }
    clearTimeout(timer);
  }
}

/** What to run. */
interface Run {
  readonly driver: string;
  readonly env: Record<string, string>;
  readonly stop: AbortSignal;
  /** Grace period for a process to exit, in milliseconds. */
  readonly end: number;
  /** Changes upon which to restart. */
  readonly edits: Edits | undefined;
}

/**
 * Runs a process and restarts it when it exits by itself, or when files change, until `stop`.
 * @returns its last exit status.
 */
async function supervise(run: Run): Promise<number> {
  const { stop, edits } = run;
  for (;;) {
    const started = performance.now();
    const edited = edits?.next;
    const code = await runOnce(run, edited ? AbortSignal.any([stop, edited]) : stop);
    if (stop.aborted) return code;
    if (edited?.aborted) continue;
    const isAtStart = performance.now() - started < RESTART_AFTER;
    if (isAtStart && !edited) {
      console.error(`an application process exited with status ${code} during startup; not restarting it`);
      return code;
    }
    console.error(
      `an application process exited with status ${code}; ${isAtStart ? "waiting for a change" : "restarting it"}`,
    );
    await aborted(
      AbortSignal.any([stop, ...(edited ? [edited] : []), ...(isAtStart ? [] : [AbortSignal.timeout(RESTART_AFTER)])]),
    );
    if (stop.aborted) return code;
  }
}

/** Runs a process until it exits; asks it to when `stop` is aborted. */
async function runOnce({ driver, env, end }: Run, stop: AbortSignal): Promise<number> {
  const main = join(root, "app", `main_${driver}.ts`);
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--unstable-net", main], cwd: root, env })
    .spawn();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = () => {
    // on Windows the console has already delivered Ctrl-C, and a signal would kill the process before it finishes
    if (Deno.build.os !== "windows") child.kill("SIGTERM");
    timer = setTimeout(() => {
      console.error(`an application process did not finish within ${end / 1000} s; killing it`);
      child.kill("SIGKILL");
    }, end);
  };
  stop.addEventListener("abort", ask, { once: true });
  const { code } = await child.status;
  clearTimeout(timer);
  stop.removeEventListener("abort", ask);
  return code;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

if (import.meta.main) await runTask(app);
