/**
 * `postmaster.pid`, the file in which a running PostgreSQL says who and where it is.
 *
 * @module
 */
import process from "node:process";
import { join } from "node:path";
import { run } from "./command.ts";

/** What `postmaster.pid` says. */
export interface PidFile {
  readonly pid: number;
  readonly dataDirectory: string;
  readonly port: number;
}

/** Reads the lines of a `postmaster.pid`; `undefined` if they are not whole (yet). */
export function parsePidFile(text: string): PidFile | undefined {
  const [pid, dataDirectory, , port] = text.split("\n").map((line) => line.trim());
  const numbers = [pid, port].every((field) => /^[1-9]\d*$/.test(field ?? ""));
  return numbers ? { pid: Number(pid), dataDirectory, port: Number(port) } : undefined;
}

/** Reads the `postmaster.pid` of a data folder; `undefined` if there is none, or it belongs to the folder's original. */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await Deno.readTextFile(join(cluster, "postmaster.pid")).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "";
    throw error;
  });
  const file = parsePidFile(text);
  return file && !await isCopy(file.dataDirectory, cluster) ? file : undefined;
}

/** Whether the server's folder is another than ours, still there: then ours was copied from it while it ran. */
async function isCopy(original: string, cluster: string): Promise<boolean> {
  const [there, here] = await Promise.all([original, cluster].map((path) => Deno.stat(path).catch(() => null)));
  return there !== null && here !== null && (there.ino !== here.ino || there.dev !== here.dev);
}

/** Whether a process with this number lives, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/** Whether the living process `pid` is a PostgreSQL on this data folder; `undefined` where the system does not tell. */
export async function servesCluster(pid: number, cluster: string): Promise<boolean | undefined> {
  // `cat`, not a read of our own: Deno gives /proc only to --allow-all.
  const ask: Record<string, [string, string[]]> = {
    linux: ["cat", [`/proc/${pid}/cmdline`]],
    darwin: ["ps", ["-ww", "-o", "command=", "-p", String(pid)]],
  };
  const question = ask[Deno.build.os];
  return question ? (await run(...question)).output.includes(cluster) : undefined;
}

/**
 * Writes the number of no process into a stale `postmaster.pid`. PostgreSQL refuses to start while the number in it
 * lives, also when that is by now another program (common after a restart of a container). The other lines stay: from
 * them it knows whether processes of the old server still use its memory.
 */
export async function markStale(cluster: string): Promise<void> {
  const path = join(cluster, "postmaster.pid");
  let nobody = 4_194_303; // the greatest process number Linux gives out
  while (isAlive(nobody)) nobody--;
  const lines = (await Deno.readTextFile(path)).split("\n");
  await Deno.writeTextFile(path, [nobody, ...lines.slice(1)].join("\n"));
}
