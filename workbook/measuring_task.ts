/**
 * Runs a measuring task from a notebook: in a process of its own, so that it does not share the kernel's thread, with a
 * deadline, and with its progress shown below the cell.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { interruptible } from "./interrupts.ts";
import { liveText } from "./show/display.ts";
import { askToEnd } from "./ask_to_end.ts";

/** Options for running a task. */
export interface MeasuringOptions {
  /** Deadline in milliseconds (default 180,000). */
  readonly deadline?: number;
  /** Receives each line of progress; by default it is shown below the cell, in place. */
  readonly onProgress?: (line: string) => unknown;
  /** Whether the machine is shared (default {@linkcode isShared}). */
  readonly shared?: boolean;
  /** Database URL (default: the workbook's database). */
  readonly url?: string;
}

/** A measuring task. */
export interface MeasuringTask {
  /** Script, relative to the project's folder. */
  readonly script: string;
  /** Recorded result for shared machines, relative to the same folder. */
  readonly recorded: string;
  /** Creates the error for a failure. */
  failure(what: string): Error;
}

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * Returns true if learners share the machine, which measurements would slow down for all: WORKBOOK_SHARED is set, or it
 * is a JupyterHub.
 */
export function isShared(env: (name: string) => string | undefined = (name) => Deno.env.get(name)): boolean {
  return !/^(|0|false)$/i.test(env("WORKBOOK_SHARED") ?? env("JUPYTERHUB_USER") ?? "");
}

/**
 * Runs a task that writes its result with `--json FILE`, and prints its progress in lines that start with "[". On a
 * shared machine nothing is run, and the recorded result is returned.
 * @returns the task's result.
 */
export async function runMeasuringTask<Record>(
  { script, recorded, failure }: MeasuringTask,
  args: readonly string[],
  { deadline = 180_000, onProgress = liveText().update, shared = isShared(), url }: MeasuringOptions = {},
): Promise<Record> {
  if (shared) {
    await onProgress(`This machine is shared: showing the figures recorded in ${recorded} instead of measuring.`);
    return JSON.parse(await Deno.readTextFile(join(root, recorded)));
  }
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, ...args, "--json", file],
    cwd: root,
    env: { NO_COLOR: "1", ...(url === undefined ? {} : { DATABASE_URL: url }) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void askToEnd(child);
  }, deadline);
  using interrupt = interruptible();
  interrupt.signal.addEventListener("abort", () => void askToEnd(child));
  try {
    let last = "";
    const tell = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
        for (const line of text.split("\n").filter(Boolean)) {
          last = line;
          if (line.startsWith("[")) await onProgress(line);
        }
      }
    };
    const [{ code }] = await Promise.all([child.status, tell(child.stdout), tell(child.stderr)]);
    if (interrupt.signal.aborted) throw failure(`was interrupted; last message: ${last}`);
    if (isLate) throw failure(`was terminated after ${deadline / 1000} s; last message: ${last}`);
    if (code !== 0) throw failure(`ended with status ${code}: ${last}`);
    return JSON.parse(await Deno.readTextFile(file));
  } finally {
    clearTimeout(timer);
    await Deno.remove(file);
  }
}
