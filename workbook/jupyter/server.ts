/**
 * Runs a JupyterLab server as a child process: starts it, waits until it responds, and stops it with all its kernels.
 *
 * @module
 */
import { join } from "node:path";
import { keepDirect } from "../loopback.ts";
import type { Environment } from "./environment.ts";
import { SetupError } from "../errors.ts";
import { type Host, readHost } from "./host.ts";
import { childGroups, endTree, killGroups } from "../processes.ts";

/** Options for starting JupyterLab. */
export interface ServerOptions {
  readonly environment: Environment;
  /** Folder shown in its file browser. */
  readonly folder: string;
  readonly port: number;
  readonly host: Host;
  readonly openBrowser: boolean;
  /** Start page: a path such as `/lab/tree/00_welcome.ipynb`. */
  readonly startPage: string;
}

/** A running JupyterLab. */
export interface Server {
  /** Address to open in a browser, including its token. */
  readonly url: string;
  /** Resolves when the server has exited. */
  readonly ended: Promise<void>;
  /** Stops the server and every kernel, including programs started by cells. */
  stop(): Promise<void>;
}

const loopback = readHost("127.0.0.1");

/** Time limit for JupyterLab to start, in seconds: usually 3 s, but much more on a slow disk or a busy machine. */
const PATIENCE_SECONDS = 120;

/**
 * Explains why a port cannot be used.
 * @throws {SetupError} if it is taken, needs other privileges, or the address does not belong to this machine.
 */
export function checkPort(port: number, { listen } = loopback): void {
  try {
    Deno.listen({ hostname: listen, port }).close();
  } catch (error) {
    const other = `choose another one, such as --port ${freePort()}`;
    if (error instanceof Deno.errors.AddrInUse) {
      throw new SetupError(
        `Port ${port} is taken, perhaps by another JupyterLab: stop the program that uses it, or ${other}.`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new SetupError(`This user may not listen on port ${port}: ${other}.`);
    }
    throw new SetupError(
      `JupyterLab cannot listen on ${listen}: give --host an address or a name of this machine, 0.0.0.0 for all of them ` +
        `(${error instanceof Error ? error.message : error}).`,
    );
  }
}

/**
 * Returns a free port outside the ephemeral range (from 32768 on Linux), from which it could be taken before it is
 * used.
 */
export function freePort(): number {
  while (true) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: loopback.listen, port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
}

/**
 * Starts JupyterLab and returns once it responds.
 * @throws {SetupError} if it exited or did not respond within two minutes; the message contains its last lines.
 */
export async function startServer(options: ServerOptions, stop: AbortSignal): Promise<Server> {
  const { environment, port, host } = options;
  keepDirect(host.reach);
  const token = crypto.getRandomValues(new Uint8Array(24)).toHex();
  const logPath = join(environment.state, "jupyterlab.log");
  await Deno.mkdir(environment.state, { recursive: true });
  const log = await Deno.open(logPath, { create: true, write: true, truncate: true });
  const child = new Deno.Command(environment.python, {
    args: ["-m", "jupyterlab", ...serverArguments(options)],
    env: { ...environment.variables, JUPYTER_TOKEN: token },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    // Ctrl-C in the terminal reaches only this process, which stops the server without a prompt
    detached: Deno.build.os !== "windows",
  }).spawn();
  const logged = child.stderr.pipeTo(log.writable).catch(() => {});
  let running = true;
  const ended = child.status.then(() => void (running = false));
  const address = `http://${host.inUrl}:${port}`;
  const server: Server = {
    url: `${address}${options.startPage}?token=${token}`,
    ended,
    stop: async () => {
      const groups = await childGroups(child.pid);
      await shutDown(address, token);
      if (!await endsWithin(ended, 12_000)) await endTree(child.pid, "SIGKILL");
      killGroups(groups);
      await endsWithin(ended, 5_000);
      await endsWithin(logged, 2_000); // a detached program started by a cell may keep the log open
    },
  };
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  while (!await answers(address)) {
    if (stop.aborted) await server.stop();
    stop.throwIfAborted();
    const late = running && performance.now() > deadline;
    if (!running || late) {
      if (late) await server.stop();
      await endsWithin(logged, 2_000);
      const lines = (await Deno.readTextFile(logPath)).trim().split("\n").slice(-8).map((line) => `  | ${line}`);
      const reason = late ? `did not answer at ${address} within ${PATIENCE_SECONDS} s` : "ended at its start";
      throw new SetupError(
        `${lines.join("\n")}\nJupyterLab ${reason}: see its last lines above (all: ${logPath}), and deno task doctor.`,
      );
    }
    await endsWithin(ended, 100);
  }
  return server;
}

function serverArguments({ folder, port, host, openBrowser, startPage }: ServerOptions): string[] {
  return [
    `--ServerApp.root_dir=${folder}`,
    `--ServerApp.ip=${host.listen}`,
    `--ServerApp.port=${port}`,
    "--ServerApp.port_retries=0",
    "--ServerApp.allow_root=True",
    `--ServerApp.open_browser=${openBrowser ? "True" : "False"}`,
    `--LabApp.default_url=${startPage}`,
  ];
}

async function answers(address: string): Promise<boolean> {
  try {
    const response = await fetch(`${address}/api`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Asks the server to shut down its kernels and itself: works on every system, without the prompt caused by a signal.
 */
async function shutDown(address: string, token: string): Promise<void> {
  try {
    const response = await fetch(`${address}/api/shutdown`, {
      method: "POST",
      headers: { authorization: `token ${token}` },
      signal: AbortSignal.timeout(3_000),
    });
    await response.body?.cancel();
  } catch {
    // not responding: the caller waits, then kills it
  }
}

/** Returns true if `ended` resolves within `milliseconds`. */
async function endsWithin(ended: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), milliseconds));
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
