/**
 * Running other programs, and ending them with all that they started.
 *
 * @module
 */
import { endOnWindows } from "./ask_to_end.ts";
import { SetupError, StoppedError } from "./errors.ts";

/** So long that nothing that goes on takes longer: the slowest installation, the longest suite of tests. */
const LIMIT_SECONDS = 1800;

/** How a program ended and what it printed (standard output and error, in that order). */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start a program. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; that of this process when absent. */
  readonly env?: Record<string, string>;
  /** Ends the program when it fires. */
  readonly stop?: AbortSignal;
  /** After so many seconds the program is ended (1,800). */
  readonly limit?: number;
  /** What to do when it takes longer: the end of the error's message. */
  readonly advice?: string;
}

/**
 * Runs a program to its end and keeps what it prints.
 *
 * @throws {StoppedError} `stop` fired.
 * @throws {SetupError} It did not end in time.
 * @throws {Deno.errors.NotFound} There is no such program.
 */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<Finished> {
  options.stop?.throwIfAborted();
  const child = new Deno.Command(program, {
    args,
    cwd: options.cwd,
    env: options.env,
    clearEnv: options.env !== undefined,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { limit = LIMIT_SECONDS, advice = "try it by hand to see what it waits for" } = options;
  const end = () => void endTree(child.pid);
  options.stop?.addEventListener("abort", end, { once: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void endTree(child.pid, "SIGKILL");
  }, limit * 1000);
  try {
    const { code, stdout, stderr } = await child.output();
    if (options.stop?.aborted) throw new StoppedError("stopped");
    if (isLate) throw new SetupError(`${shown(program, args)} was ended after ${limit} s: ${advice}.`);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    clearTimeout(timer);
    options.stop?.removeEventListener("abort", end);
  }
}

/** A command line as an error tells it: without what makes it endless. */
function shown(program: string, args: readonly string[]): string {
  const line = [program, ...args].join(" ");
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** Whether a process runs (Linux only). One that has ended, but whose parent did not ask how, has no command line left. */
export async function isRunning(pid: number | string): Promise<boolean> {
  return await readProcess(pid, "cmdline") !== "";
}

/** One running process: its number, its parent's and its group's. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/**
 * The process groups that a process and its descendants lead, the process's own left out: of a Jupyter server these are
 * the kernels, each with what its cells started. A program that detached itself afterwards (PostgreSQL) leads a group of
 * its own below a kernel and is not named.
 */
export async function childGroups(pid: number): Promise<number[]> {
  const rows = await processTable();
  return rows.filter((row) => row.parent === pid && row.group === row.pid).map((row) => row.pid);
}

/** Kills process groups outright; those that are gone already are passed over. */
export function killGroups(groups: readonly number[]): void {
  for (const group of groups) signalProcess(-group, "SIGKILL");
}

/** Asks a process and its descendants in the same group to end. */
export async function endTree(pid: number, signal: Deno.Signal = "SIGTERM"): Promise<void> {
  if (Deno.build.os === "windows") return await endOnWindows(pid);
  const rows = await processTable();
  const own = rows.find((row) => row.pid === pid);
  const tree = [pid];
  for (const ended of tree) {
    tree.push(...rows.filter((row) => row.parent === ended && row.group === own?.group).map((row) => row.pid));
  }
  for (const each of tree) signalProcess(each, signal);
}

function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It ended before us, which is what was wanted.
  }
}

/** Every process of this machine; empty on Windows, where there are no groups. */
export async function processTable(): Promise<ProcessRow[]> {
  if (Deno.build.os === "windows") return [];
  if (Deno.build.os === "linux") return await procTable();
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,pgid="]);
  return stdout.trim().split("\n").map((line) => {
    const [pid, parent, group] = line.trim().split(/\s+/).map(Number);
    return { pid, parent, group };
  });
}

/** Reads /proc, because slim containers have no `ps`. */
async function procTable(): Promise<ProcessRow[]> {
  const rows: ProcessRow[] = [];
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const stat = await readProcess(entry.name, "stat");
    if (stat === "") continue;
    // The program's name stands in brackets and may hold anything: state, parent and group follow the last bracket.
    const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    rows.push({ pid: Number(entry.name), parent: Number(parent), group: Number(group) });
  }
  return rows;
}

/**
 * A file of a process in /proc; empty when the process has ended.
 * @throws {Deno.errors.NotCapable} without --allow-all.
 */
async function readProcess(pid: number | string, name: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error; // else every process would seem to have ended
    return "";
  }
}
