/**
 * Starts and stops the processes of the applications under load.
 *
 * @module
 */
import { join } from "node:path";
import { SetupError } from "../errors.ts";
import { root } from "../paths.ts";

/** Settings shared by all applications. */
export interface ApplicationSettings {
  /** URL of the database. */
  readonly url: string;
  /** Number of processes on one port. */
  readonly workers: number;
  /** Pool size of each process. */
  readonly pool: number;
  /** Address to listen on. */
  readonly host: string;
}

/** A running application. Close it to end its processes. */
export interface Application extends AsyncDisposable {
  readonly driver: string;
  readonly hostname: string;
  readonly port: number;
  readonly pids: readonly number[];
}

/** Time limits for a process to start listening, and to exit, in milliseconds. */
const START = 30_000;
const END = 15_000;

/**
 * Starts the application on a driver.
 * @throws {SetupError} with its output, if it does not start.
 */
export async function startApplication(driver: string, settings: ApplicationSettings): Promise<Application> {
  const workers: Worker[] = [];
  const end = async () => void await Promise.all(workers.map(endWorker));
  try {
    let port = 0;
    for (let n = 0; n < settings.workers; n++) {
      const worker = startWorker(driver, port, settings);
      workers.push(worker);
      port = await worker.port;
    }
    const pids = workers.map(({ process }) => process.pid);
    return { driver, hostname: settings.host, port, pids, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

interface Worker {
  readonly process: Deno.ChildProcess;
  readonly port: Promise<number>;
  /** Resolves when its output ends. */
  readonly output: Promise<void>;
}

/** @param port 0 for any free port. */
function startWorker(driver: string, port: number, { url, pool, host }: ApplicationSettings): Worker {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-net", join("app", `main_${driver}.ts`)],
    cwd: root,
    env: {
      DATABASE_URL: url,
      HOST: host,
      PORT: String(port),
      REUSE_PORT: "true",
      POOL_SIZE: String(pool),
      MAX_OVERFLOW: "0",
      REQUEST_LOG: "false",
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (why: string) => reject(new SetupError(`The application on ${driver} did not start: ${why}`));
  const timer = setTimeout(() => fail(`it did not accept requests within ${START / 1000} s`), START);
  const read = async () => {
    let said = "";
    for await (const text of process.stderr.pipeThrough(decoder())) {
      said = (said + text).slice(-4000);
      const listening = /^listening on http:\/\/\S+:(\d+)$/m.exec(said);
      if (listening) resolve(Number(listening[1]));
    }
    fail(said.trim() || "it exited without a message");
  };
  return { process, port: promise.finally(() => clearTimeout(timer)), output: read() };
}

async function endWorker({ process, port, output }: Worker): Promise<void> {
  port.catch(() => {}); // it may exit while starting
  const kill = (signal: Deno.Signal) => {
    try {
      process.kill(signal);
    } catch {
      // already exited
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), END);
  await process.status;
  clearTimeout(timer);
  await output;
}

function decoder(): TransformStream<Uint8Array, string> {
  return new TextDecoderStream() as TransformStream<Uint8Array, string>;
}
