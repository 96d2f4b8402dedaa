/**
 * Finds, starts and stops the server process.
 *
 * @module
 */
import { join } from "node:path";
import { codeOf, withClient } from "../admin_client.ts";
import type { Account } from "./account.ts";
import { type Binaries, prepareBinaries } from "./binaries.ts";
import { run } from "./command.ts";
import { LocalPostgresError } from "./errors.ts";
import { giveTo, type Paths } from "./paths.ts";
import { isAlive, markStale, readPidFile, servesCluster } from "./pid_file.ts";

/** A running server that responds. */
export interface LocalServer {
  /** The full URL of the database `workbook`, including the password: do not print it. */
  readonly url: string;
  /** Version, such as `"18.4"`; `undefined` if all its connections are in use. */
  readonly version: string | undefined;
  readonly pid: number;
  readonly port: number;
}

/** Time limit for a server that is starting, stopping or recovering after a crash, in seconds. */
const PATIENCE_SECONDS = 60;

/**
 * Connections of the local server: all notebooks open at once with full pools, and checks in parallel. Given at the start,
 * so that older data have it, too. Measured on Linux: 500 reserve 10 MB more shared memory than 300, and an open idle
 * connection takes 1.5 MB.
 */
const MAX_CONNECTIONS = 500;

/** Time limit for the response of a running server, in milliseconds; a silent one is taken for another program. */
const ANSWER_MILLISECONDS = 5_000;

/** Returns the running server; `undefined` if none responds. Takes about 20 ms. */
export async function findServer(paths: Paths): Promise<LocalServer | undefined> {
  const file = await readPidFile(paths.cluster);
  if (!file || !isAlive(file.pid)) return undefined;
  const password = await Deno.readTextFile(paths.password);
  const base = `postgresql://workbook:${password}@127.0.0.1:${file.port}`;
  const url = `${base}/workbook`;
  const ask = (database: string) =>
    withClient(`${base}/${database}`, async (client) => {
      if (database !== "workbook") await client.query("CREATE DATABASE workbook");
      const { rows: [row] } = await client.query<{ version: string }>(
        "SELECT split_part(current_setting('server_version'), ' ', 1) AS version",
      );
      return { url, version: row.version, pid: file.pid, port: file.port };
    }, ANSWER_MILLISECONDS);
  try {
    // the login authenticates both sides: another program on that port does not know the password (SCRAM verifies the
    // server, too)
    return await ask("workbook");
  } catch (error) {
    if (codeOf(error) === "3D000") return await ask("postgres"); // first start, or the database was dropped manually
    if (codeOf(error) === "53300" && await servesCluster(file.pid, paths.cluster)) {
      return { url, version: undefined, pid: file.pid, port: file.port }; // all its connections are in use
    }
    return undefined;
  }
}

/**
 * Starts the server as a detached process, which outlives this one and ignores Ctrl-C in this terminal. Requires the
 * lock, with no server running.
 * @throws {LocalPostgresError} with the end of the log, if it does not start.
 */
export async function startServer(
  paths: Paths,
  binaries: Binaries,
  account: Account | undefined,
): Promise<LocalServer> {
  let preferred = Number(await Deno.readTextFile(paths.port).catch(() => "0"));
  const deadline = performance.now() + 15_000;
  while (true) {
    const port = await freePort(preferred);
    await startLog(paths, account);
    // pg_ctl instead of postgres: it creates a new session, waits until the server is ready, and on Windows drops
    // administrator privileges first
    const { success, output } = await run(
      binaries.pgCtl,
      [
        "start",
        "-D",
        paths.cluster,
        "-w",
        "-t",
        String(PATIENCE_SECONDS),
        "-l",
        paths.log,
        "-o",
        `-p ${port} -c max_connections=${MAX_CONNECTIONS}`,
      ],
      { account, cwd: paths.home, quiet: Deno.build.os === "windows" },
    );
    const server = success ? await settle(paths) : undefined;
    if (server) {
      await Deno.writeTextFile(paths.port, String(port));
      return server;
    }
    const log = await Deno.readTextFile(paths.log);
    // the port was taken in between, or processes of a killed server are still running
    const portTaken = /could not bind|Address already in use/i.test(log);
    const passing = portTaken || /pre-existing shared memory block/i.test(log);
    if (!passing || performance.now() > deadline) {
      const tail = (log.trim() || output).split("\n").slice(-10).join("\n");
      throw new LocalPostgresError(`The local PostgreSQL in ${paths.home} did not start.`, { log: tail });
    }
    if (portTaken) preferred = 0;
    await pause(200);
  }
}

/**
 * Ensures that no server is in the way: waits for one that is starting, stopping or recovering, and detects a
 * `postmaster.pid` whose process id now belongs to another program. Requires the lock.
 * @returns the server, if it responds in the end.
 * @throws {LocalPostgresError} if a process of ours neither responds nor exits.
 */
export async function settle(paths: Paths): Promise<LocalServer | undefined> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  while (true) {
    const file = await readPidFile(paths.cluster);
    if (!file || !isAlive(file.pid)) return undefined;
    const ours = await servesCluster(file.pid, paths.cluster);
    if (ours === false) {
      await markStale(paths.cluster);
      return undefined;
    }
    const server = await findServer(paths);
    if (server || ours === undefined) return server; // if the system does not tell, starting will
    if (performance.now() > deadline) {
      throw new LocalPostgresError(
        `The local PostgreSQL (process ${file.pid}) has not responded for ${PATIENCE_SECONDS} s. Stop it with ` +
          "`deno task db stop` and start it again.",
      );
    }
    await pause(100);
  }
}

/**
 * Returns whether a server of ours is running, even if it does not respond. A `postmaster.pid` alone proves nothing.
 */
export async function isRunning(paths: Paths): Promise<boolean> {
  const file = await readPidFile(paths.cluster);
  if (!file || !isAlive(file.pid)) return false;
  return await findServer(paths) !== undefined || await servesCluster(file.pid, paths.cluster) === true;
}

/**
 * Stops the server and its connections, and waits until it has exited. Call it only if `isRunning`: a stale
 * `postmaster.pid` would direct the signal to another program.
 * @throws {LocalPostgresError} if it does not stop within a minute.
 */
export async function stopServer(paths: Paths): Promise<void> {
  const pid = (await readPidFile(paths.cluster))?.pid;
  for (const signal of ["INT", "QUIT"] as const) { // PostgreSQL's "fast" shutdown, then its "immediate" one
    if (pid !== undefined) await send(signal, pid, paths);
    const deadline = performance.now() + PATIENCE_SECONDS * 500;
    while (performance.now() < deadline) {
      const file = await readPidFile(paths.cluster); // the last file removed by the server
      if (!file || !isAlive(file.pid)) return;
      await pause(20);
    }
  }
  throw new LocalPostgresError(`The local PostgreSQL (process ${pid}) does not stop; terminate that process manually.`);
}

/** Sends a signal; Windows has none, but PostgreSQL emulates them there. */
async function send(signal: "INT" | "QUIT", pid: number, paths: Paths): Promise<void> {
  if (Deno.build.os !== "windows") return Deno.kill(pid, `SIG${signal}`);
  await run((await prepareBinaries(paths.home)).pgCtl, ["kill", signal, String(pid)]);
}

/**
 * Returns a free port on 127.0.0.1: the preferred one, otherwise one chosen by the system. A killed server releases its
 * port a moment later, so the preferred one is tried several times.
 */
async function freePort(preferred: number): Promise<number> {
  for (const port of [...Array(5).fill(preferred), 0]) {
    try {
      using listener = Deno.listen({ hostname: "127.0.0.1", port });
      return listener.addr.port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
    await pause(50);
  }
  throw new LocalPostgresError("There is no free port on 127.0.0.1.");
}

/** Starts a new log, created here so that it can be given to the server's account in a folder it does not own. */
async function startLog(paths: Paths, account: Account | undefined): Promise<void> {
  await Deno.rename(paths.log, paths.previousLog).catch(() => {});
  await Deno.writeTextFile(paths.log, "", { mode: 0o600 });
  await giveTo(account, paths.log);
}

/** Returns the total size of the files in a folder, in bytes. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) bytes += await sizeOf(path);
    else bytes += (await Deno.lstat(path).catch(() => null))?.size ?? 0; // deleted between the two calls
  }
  return bytes;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
