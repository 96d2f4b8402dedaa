/**
 * Runs other programs, and terminates them with their child processes.
 *
 * @module
 */
import { endOnWindows } from "./ask_to_end.ts";
import { SetupError, StoppedError } from "./errors.ts";

/** Default time limit in seconds: longer than the slowest installation and the longest test suite. */
const LIMIT_SECONDS = 1800;

/** Exit status and output of a program (standard output, then standard error). */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options for starting a program. */
export interface RunOptions {
  readonly cwd?: string;
  /** The complete environment (default: that of this process). */
  readonly env?: Record<string, string>;
  /** Terminates the program when it fires. */
  readonly stop?: AbortSignal;
  /** Time limit in seconds (1,800). */
  readonly limit?: number;
  /** Advice on a timeout, appended to the error message. */
  readonly advice?: string;
}

/**
 * Runs a program to completion and returns its output.
 * @throws {StoppedError} if `stop` fired.
 * @throws {SetupError} if it timed out.
 * @throws {Deno.errors.NotFound} if the program does not exist.
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
    if (isLate) throw new SetupError(`${shown(program, args)} was terminated after ${limit} s: ${advice}.`);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    clearTimeout(timer);
    options.stop?.removeEventListener("abort", end);
  }
}

/** Formats a command line for an error, shortened. */
function shown(program: string, args: readonly string[]): string {
  const line = [program, ...args].join(" ");
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** Returns whether a process is running (Linux only). A zombie has no command line. */
export async function isRunning(pid: number | string): Promise<boolean> {
  return await readProcess(pid, "cmdline") !== "";
}

/** A running process: its id, its parent's and its group's. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/**
 * Returns the process groups led by a process's descendants: for a Jupyter server the kernels, each with the child
 * processes of its cells. A program that has detached itself (PostgreSQL) leads a group of its own below a kernel and
 * is excluded.
 */
export async function childGroups(pid: number): Promise<number[]> {
  const rows = await processTable();
  return rows.filter((row) => row.parent === pid && row.group === row.pid).map((row) => row.pid);
}

/** Kills process groups; those that no longer exist are skipped. */
export function killGroups(groups: readonly number[]): void {
  for (const group of groups) signalProcess(-group, "SIGKILL");
}

/** Asks a process and its descendants in the same group to exit. */
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
    // already exited
  }
}

/** Lists every process of this machine; empty on Windows, which has no process groups. */
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
    // the program name is in brackets and may contain anything: state, parent and group follow the last bracket
    const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    rows.push({ pid: Number(entry.name), parent: Number(parent), group: Number(group) });
  }
  return rows;
}

/**
 * Reads a file of a process in /proc; returns an empty string if the process has exited.
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
