/**
 * `postmaster.pid`, in which a running PostgreSQL records its process id and address.
 *
 * @module
 */
import process from "node:process";
import { join } from "node:path";
import { run } from "./command.ts";

/** Contents of `postmaster.pid`. */
export interface PidFile {
  readonly pid: number;
  readonly dataDirectory: string;
  readonly port: number;
}

/** Parses `postmaster.pid`; returns `undefined` if it is incomplete. */
export function parsePidFile(text: string): PidFile | undefined {
  const [pid, dataDirectory, , port] = text.split("\n").map((line) => line.trim());
  const numbers = [pid, port].every((field) => /^[1-9]\d*$/.test(field ?? ""));
  return numbers ? { pid: Number(pid), dataDirectory, port: Number(port) } : undefined;
}

/**
 * Reads `postmaster.pid` in a data directory; returns `undefined` if there is none, or it was copied from another
 * directory.
 */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await Deno.readTextFile(join(cluster, "postmaster.pid")).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "";
    throw error;
  });
  const file = parsePidFile(text);
  return file && !await isCopy(file.dataDirectory, cluster) ? file : undefined;
}

/** Returns whether the server's directory is another, existing one: then ours was copied from it while it ran. */
async function isCopy(original: string, cluster: string): Promise<boolean> {
  const [there, here] = await Promise.all([original, cluster].map((path) => Deno.stat(path).catch(() => null)));
  return there !== null && here !== null && (there.ino !== here.ino || there.dev !== here.dev);
}

/** Returns whether a process with this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/**
 * Returns whether process `pid` is a PostgreSQL server on this data directory; `undefined` if the system does not tell.
 */
export function servesCluster(pid: number, cluster: string): Promise<boolean | undefined> {
  return commandIncludes(pid, cluster);
}

/** Returns whether the command line of a process includes a text; `undefined` if the system does not tell. */
export async function commandIncludes(pid: number, text: string): Promise<boolean | undefined> {
  // `cat` instead of reading directly: Deno permits /proc only with --allow-all
  const ask: Record<string, [string, string[]]> = {
    linux: ["cat", [`/proc/${pid}/cmdline`]],
    darwin: ["ps", ["-ww", "-o", "command=", "-p", String(pid)]],
  };
  const question = ask[Deno.build.os];
  return question ? (await run(...question)).output.includes(text) : undefined;
}

/**
 * Writes an unused process id into a stale `postmaster.pid`. PostgreSQL refuses to start while the recorded process
 * exists, even if it is another program by now (common after a container restart). The other lines are kept: they tell
 * PostgreSQL whether processes of the old server still use its memory.
 */
export async function markStale(cluster: string): Promise<void> {
  const path = join(cluster, "postmaster.pid");
  let nobody = 4_194_303; // the greatest process id on Linux
  while (isAlive(nobody)) nobody--;
  const lines = (await Deno.readTextFile(path)).split("\n");
  await Deno.writeTextFile(path, [nobody, ...lines.slice(1)].join("\n"));
}
