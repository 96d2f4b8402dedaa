/**
 * A task that measures, from a notebook: in a process of its own, so that what is measured does not share the kernel's
 * one thread, with a deadline, and with its progress below the cell.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { liveText } from "./show/display.ts";
import { askToEnd } from "./ask_to_end.ts";

/** How a task is run. */
export interface MeasuringOptions {
  /** Milliseconds after which it is ended (default 180,000). */
  readonly deadline?: number;
  /** Gets each line of progress; by default it is shown below the cell, in place. */
  readonly onProgress?: (line: string) => unknown;
  /** Whether the machine is shared (default {@linkcode isShared}). */
  readonly shared?: boolean;
  /** Where it measures (default: the database of the workbook). */
  readonly url?: string;
}

/** A task that measures. */
export interface MeasuringTask {
  /** Its file below the project's folder. */
  readonly script: string;
  /** Below the same folder: a result that it wrote, for machines that are shared. */
  readonly recorded: string;
  /** Makes the error from what went wrong. */
  failure(what: string): Error;
}

const root = fileURLToPath(new URL("../", import.meta.url));

/** True where many learners share a machine, which measuring would slow down for all: WORKBOOK_SHARED, or a hub. */
export function isShared(env: (name: string) => string | undefined = (name) => Deno.env.get(name)): boolean {
  return !/^(|0|false)$/i.test(env("WORKBOOK_SHARED") ?? env("JUPYTERHUB_USER") ?? "");
}

/**
 * Runs a task that writes its result with `--json FILE`, and tells its progress in lines that begin with "[". On a
 * machine that many share nothing is run: what was recorded comes back.
 *
 * @returns what it wrote.
 */
export async function runMeasuringTask<Record>(
  { script, recorded, failure }: MeasuringTask,
  args: readonly string[],
  { deadline = 180_000, onProgress = liveText().update, shared = isShared(), url }: MeasuringOptions = {},
): Promise<Record> {
  if (shared) {
    await onProgress(`This machine is shared, so nothing was run: the figures are those of ${recorded}.`);
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
    if (isLate) throw failure(`was ended after ${deadline / 1000} s; it said last: ${last}`);
    if (code !== 0) throw failure(`ended with status ${code}: ${last}`);
    return JSON.parse(await Deno.readTextFile(file));
  } finally {
    clearTimeout(timer);
    await Deno.remove(file);
  }
}
