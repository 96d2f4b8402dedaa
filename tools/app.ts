/**
 * `deno task app`: runs one of the applications in one or several processes on one port, and keeps them running.
 *
 * @module
 */
import { join } from "node:path";
import { DRIVERS } from "../app/drivers.ts";
import { databaseUrl } from "../workbook/database_url.ts";
import { readOptions, readPort, runTask } from "../workbook/command_line.ts";
import { UsageError } from "../workbook/errors.ts";
import { root } from "../workbook/paths.ts";

const help = `Runs the application of toys and users on one of the drivers.

usage: deno task app --driver ${DRIVERS.join("|")} [--port N] [--workers N]

  --driver NAME  how it reaches PostgreSQL
  --port N       the port (8000); the address is 127.0.0.1 unless HOST says otherwise
  --workers N    processes that share the port (1); only Linux spreads connections over them, elsewhere it is one

The tables must be there: deno task migrate. Settings are environment variables: see app/settings.ts.
Ctrl-C or SIGTERM: every process finishes the requests it has, then ends.`;

/** Milliseconds for a process to finish what it has: itself it gives its requests ten seconds. */
const END = 15_000;

/** Milliseconds before a process that ended by itself is started again. */
const RESTART_AFTER = 1000;

async function app(args: string[], stop: AbortSignal): Promise<number> {
  const { values } = readOptions(args, {
    driver: { type: "string" },
    port: { type: "string", default: "8000" },
    workers: { type: "string", default: "1" },
    help: { type: "boolean", short: "h" },
  }, "app");
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { driver } = values;
  if (driver === undefined || !DRIVERS.includes(driver)) {
    throw new UsageError(`--driver takes one of ${DRIVERS.join(", ")}. See: deno task app --help`);
  }
  const workers = Number(values.workers);
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= 64)) {
    throw new UsageError(`--workers takes a number from 1 to 64, not "${values.workers}".`);
  }
  const possible = possibleWorkers(workers);
  if (possible < workers) {
    console.error(
      `Processes share a port on Linux only: ${possible} of ${workers} runs here. Where more are needed, start each on a port of its own behind a load balancer.`,
    );
  }
  const env = {
    PORT: String(readPort(values.port)),
    REUSE_PORT: "true",
    DATABASE_URL: await databaseUrl({ onProgress: console.error }),
  };
  const statuses = await Promise.all(Array.from({ length: possible }, () => supervise(driver, env, stop)));
  return Math.max(...statuses);
}

/** How many processes can share a port: elsewhere than on Linux the first one would get every connection, or the others none. */
export function possibleWorkers(workers: number, os: typeof Deno.build.os = Deno.build.os): number {
  return os === "linux" ? workers : 1;
}

/** Runs a process, again and again if it ends by itself, until `stop`. @returns its last exit status. */
async function supervise(driver: string, env: Record<string, string>, stop: AbortSignal): Promise<number> {
  for (;;) {
    const started = performance.now();
    const main = join(root, "app", `main_${driver}.ts`);
    const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--unstable-net", main], cwd: root, env })
      .spawn();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      // on Windows Ctrl-C has reached it through the console, and a signal would end it before it has finished
      if (Deno.build.os !== "windows") child.kill("SIGTERM");
      timer = setTimeout(() => {
        console.error(`a process of the application did not finish within ${END / 1000} s; it is ended`);
        child.kill("SIGKILL");
      }, END);
    };
    stop.addEventListener("abort", end, { once: true });
    const { code } = await child.status;
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
    if (stop.aborted) return code;
    if (performance.now() - started < RESTART_AFTER) {
      console.error(`a process of the application ended with status ${code} at its start; it is not started again`);
      return code;
    }
    console.error(`a process of the application ended with status ${code}; starting another`);
    await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER));
    if (stop.aborted) return code;
  }
}

if (import.meta.main) await runTask(app);
