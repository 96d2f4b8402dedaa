/**
 * Comparable libraries, needed only by this benchmark. Their packages are downloaded on request, into separate folders.
 *
 * @module
 */
import { join } from "node:path";
import { findProgram } from "../find_program.ts";
import { findPython } from "../jupyter/python.ts";
import { type Progress } from "../command_line.ts";
import { exists, root } from "../paths.ts";
import { type Finished, run } from "../processes.ts";
import type { Command } from "./remote.ts";

/** The peers that can take part, and a sentence for each that cannot. */
export interface Peers {
  readonly commands: readonly Command[];
  readonly notes: readonly string[];
}

const folder = join(import.meta.dirname!, "peers");
const npmPeers = ["kysely-pg", "kysely-postgres", "drizzle-pg", "drizzle-postgres", "mikro-orm", "typeorm"];
const pythonPeers = ["asyncpg", "psycopg", "psycopg2"];

/**
 * Installs missing packages.
 * @throws {StoppedError}
 */
export async function peerCommands(onProgress: Progress, stop: AbortSignal): Promise<Peers> {
  const each = [await fromNpm(onProgress, stop), await fromPyPI(onProgress, stop), await pgbench()];
  return { commands: each.flatMap(({ commands }) => commands), notes: each.flatMap(({ notes }) => notes) };
}

/** Downloads the npm peers unless they are installed. */
export function installNpmPeers(stop: AbortSignal): Promise<Finished> {
  return run(Deno.execPath(), ["install", "--quiet", "--frozen"], { cwd: folder, stop });
}

async function fromNpm(onProgress: Progress, stop: AbortSignal): Promise<Peers> {
  onProgress("installing Kysely, Drizzle, MikroORM and TypeORM into workbook/bench/peers/node_modules");
  const installed = await installNpmPeers(stop);
  if (installed.code !== 0) return leftOut("Kysely, Drizzle, MikroORM and TypeORM", reason(installed));
  const commands = npmPeers.map((label): Command => {
    const program = [Deno.execPath(), "run", "--quiet", "--no-check", "-A", "main.ts", label];
    return { label, program, cwd: folder };
  });
  return { commands, notes: [] };
}

async function fromPyPI(onProgress: Progress, stop: AbortSignal): Promise<Peers> {
  const what = "SQLAlchemy on asyncpg, psycopg 3 and psycopg2";
  const environment = join(root, ".data", "bench-python");
  const requirements = join(folder, "requirements.txt");
  const [programs, suffix] = Deno.build.os === "windows" ? ["Scripts", ".exe"] : ["bin", ""];
  const python = join(environment, programs, `python${suffix}`);
  const stamp = join(environment, ".stamp");
  const wanted = environment + await Deno.readTextFile(requirements);
  if (await Deno.readTextFile(stamp).catch(() => "") !== wanted) {
    onProgress("installing SQLAlchemy, asyncpg, psycopg and psycopg2 into .data/bench-python");
    if (await exists(environment)) await Deno.remove(environment, { recursive: true });
    try {
      const { command: [program, ...first] } = await findPython();
      const made = await run(program, [...first, "-m", "venv", environment], { stop });
      if (made.code !== 0) return leftOut(what, reason(made));
    } catch (error) {
      stop.throwIfAborted();
      return leftOut(what, (error as Error).message);
    }
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "-r", requirements];
    const installed = await run(python, pip, { stop });
    if (installed.code !== 0) return leftOut(what, reason(installed));
    await Deno.writeTextFile(stamp, wanted);
  }
  const commands = pythonPeers.map((label): Command => {
    return { label, program: [python, join(folder, "sqlalchemy_worker.py"), label] };
  });
  return { commands, notes: [] };
}

async function pgbench(): Promise<Peers> {
  if (!await findProgram("pgbench")) {
    return leftOut("pgbench", "It is not installed; it is part of PostgreSQL's client programs.");
  }
  const program = [Deno.execPath(), "run", "--quiet", "--no-check", "-A", join(folder, "..", "contestants", "main.ts")];
  const commands = ["pgbench", "pgbench-pipelined"].map((label) => ({ label, program: [...program, label] }));
  return { commands, notes: [] };
}

function leftOut(what: string, why: string): Peers {
  return { commands: [], notes: [`Left out: ${what}. ${why}`] };
}

/** Returns the last line that a program printed. */
function reason({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return (stderr.trim() || stdout.trim()).split("\n").at(-1)!.trim();
}
