/**
 * A JupyterLab server as a child process: start it, wait until it answers, stop it with all its kernels.
 *
 * @module
 */
import { join } from "node:path";
import { keepDirect } from "../loopback.ts";
import type { Environment } from "./environment.ts";
import { SetupError } from "../errors.ts";
import { type Host, readHost } from "./host.ts";
import { childGroups, endTree, killGroups } from "../processes.ts";

/** How to start JupyterLab. */
export interface ServerOptions {
  readonly environment: Environment;
  /** The folder shown in its file browser. */
  readonly folder: string;
  readonly port: number;
  readonly host: Host;
  readonly openBrowser: boolean;
  /** Where it opens: a path such as `/lab/tree/00_welcome.ipynb`. */
  readonly startPage: string;
}

/** A JupyterLab that answers. */
export interface Server {
  /** The address to open in a browser, with its token. */
  readonly url: string;
  /** Resolves when the server has ended, by itself or stopped. */
  readonly ended: Promise<void>;
  /** Stops the server and every kernel, with the programs that cells started and left running. */
  stop(): Promise<void>;
}

const loopback = readHost("127.0.0.1");

/** How long JupyterLab may take to start: 3 s as a rule, much more on a slow disk or while others work. */
const PATIENCE_SECONDS = 120;

/**
 * Says why a port cannot be used.
 *
 * @throws {SetupError} It is taken, this user may not listen there, or the address is not one of this machine.
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
 * A port that nothing listens on. It is used only later, so it is not of those that systems give to every connection
 * (from 32768 on Linux): one of these could be taken by then.
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
 * Starts JupyterLab and returns once it answers.
 *
 * @throws {SetupError} It ended or did not answer within two minutes; the message shows its last lines.
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
    // Ctrl-C in the terminal reaches us alone: we stop the server in order, and it asks no question.
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
      await endsWithin(logged, 2_000); // a program that a cell started and detached may keep the log open
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

/** Asks the server to end its kernels and itself: the same on every system, and no signal that asks a question. */
async function shutDown(address: string, token: string): Promise<void> {
  try {
    const response = await fetch(`${address}/api/shutdown`, {
      method: "POST",
      headers: { authorization: `token ${token}` },
      signal: AbortSignal.timeout(3_000),
    });
    await response.body?.cancel();
  } catch {
    // It does not answer (any more): the caller waits, then kills it.
  }
}

/** True when `ended` came to its end within `milliseconds`. */
async function endsWithin(ended: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), milliseconds));
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
