/**
 * `deno task app`: runs an application in one or more processes on one port, and restarts those that crash.
 *
 * @module
 */
import { join } from "node:path";
import { DRIVERS } from "../app/drivers.ts";
import { databaseUrl } from "../workbook/database_url.ts";
import { newCommand, readArguments, readPort, runTask } from "../workbook/command_line.ts";
import { UsageError } from "../workbook/errors.ts";
import { root } from "../workbook/paths.ts";

const command = newCommand(
  "deno task app",
  "Runs the application of toys and users on one of the drivers.",
  `The tables must exist: run deno task migrate. Settings are environment variables; see app/settings.ts.
Ctrl-C or SIGTERM: each process finishes its requests in progress, then exits.`,
)
  .usage(`--driver ${DRIVERS.join("|")} [options]`)
  .option("--driver <name>", "how it reaches PostgreSQL")
  .option("--port <n>", "the port; the address is 127.0.0.1 unless HOST says otherwise", "8000")
  .option("--workers <n>", "processes that share the port; elsewhere than on Linux it is one", "1");

/** Grace period for a process to exit, in milliseconds; the process itself allows its requests ten seconds. */
const END = 15_000;

/** Delay before a crashed process is restarted, in milliseconds. */
const RESTART_AFTER = 1000;

async function app(args: string[], stop: AbortSignal): Promise<number> {
  const given = readArguments<{ driver?: string; port: string; workers: string }>(command, args);
  if (!given) return 0;
  const { driver, port, workers: count } = given.options;
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
  const env = {
    PORT: String(readPort(port)),
    REUSE_PORT: "true",
    DATABASE_URL: await databaseUrl({ onProgress: console.error }),
  };
  const statuses = await Promise.all(Array.from({ length: possible }, () => supervise(driver, env, stop)));
  return Math.max(...statuses);
}

/**
 * Returns how many processes can share a port. On systems other than Linux, a single process would receive every
 * connection.
 */
export function possibleWorkers(workers: number, os: typeof Deno.build.os = Deno.build.os): number {
  return os === "linux" ? workers : 1;
}

/**
 * Runs a process and restarts it when it exits by itself, until `stop`.
 * @returns its last exit status.
 */
async function supervise(driver: string, env: Record<string, string>, stop: AbortSignal): Promise<number> {
  for (;;) {
    const started = performance.now();
    const main = join(root, "app", `main_${driver}.ts`);
    const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--unstable-net", main], cwd: root, env })
      .spawn();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      // on Windows the console has already delivered Ctrl-C, and a signal would kill the process before it finishes
      if (Deno.build.os !== "windows") child.kill("SIGTERM");
      timer = setTimeout(() => {
        console.error(`an application process did not finish within ${END / 1000} s; killing it`);
        child.kill("SIGKILL");
      }, END);
    };
    stop.addEventListener("abort", end, { once: true });
    const { code } = await child.status;
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
    if (stop.aborted) return code;
    if (performance.now() - started < RESTART_AFTER) {
      console.error(`an application process exited with status ${code} during startup; not restarting it`);
      return code;
    }
    console.error(`an application process exited with status ${code}; restarting it`);
    await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER));
    if (stop.aborted) return code;
  }
}

if (import.meta.main) await runTask(app);
