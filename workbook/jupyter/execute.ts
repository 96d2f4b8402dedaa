/**
 * Runs cells top to bottom on the Deno kernel, without a browser.
 *
 * @module
 */
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { SetupError } from "../errors.ts";
import type { Output } from "./notebook.ts";
import { endTree } from "../processes.ts";

/** Options of a run. */
export interface ExecuteOptions {
  readonly environment: Environment;
  /** The sources of the code cells, in order. */
  readonly sources: readonly string[];
  /** The kernel's working folder. */
  readonly folder: string;
  /** Time limit per cell, in seconds. */
  readonly timeout: number;
  /** Environment variables for the kernel, in addition to those of this process. */
  readonly variables?: Record<string, string>;
  /** Called before each cell. */
  readonly onCell?: (index: number) => void;
  readonly stop?: AbortSignal;
}

/** Outcome of a run. */
export interface Execution {
  /** Outputs of each cell; empty for cells after a failure. */
  readonly outputs: Output[][];
  /** Language info reported by the kernel. */
  readonly languageInfo: unknown;
  /** The failed cell, counted from 0, and the reason. */
  readonly failure?: { readonly cell: number; readonly error: string };
}

type Event =
  | { begins: number }
  | { ended: number; seconds: number }
  | { failed: number; error: string }
  | { outputs: Output[][]; language_info: unknown };

/**
 * Runs the cells; stops after the first failure (an error output, a timeout, a dead kernel).
 * @throws {SetupError} if the runner itself failed.
 * @throws {StoppedError} if `stop` fired.
 */
export async function execute(options: ExecuteOptions): Promise<Execution> {
  const { environment, sources, folder, timeout, stop } = options;
  const child = new Deno.Command(environment.python, {
    args: [join(import.meta.dirname!, "execute.py")],
    env: { ...environment.variables, ...options.variables },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C in the terminal reaches only this process, which ends the runner, which ends its kernel
    detached: Deno.build.os !== "windows",
  }).spawn();
  const end = () => void endTree(child.pid);
  stop?.addEventListener("abort", end, { once: true });
  try {
    const noise = new Response(child.stderr).text();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify({ sources, folder, timeout })));
    await writer.close();
    let outputs: Output[][] | undefined;
    let languageInfo: unknown;
    let failure: Execution["failure"];
    for await (const event of events(child.stdout)) {
      if ("begins" in event) options.onCell?.(event.begins);
      if ("failed" in event) failure = { cell: event.failed, error: event.error };
      if ("outputs" in event) [outputs, languageInfo] = [event.outputs, event.language_info];
    }
    await child.status;
    stop?.throwIfAborted();
    if (!outputs) throw new SetupError(`The notebook runner failed:\n${(await noise).trim()}`);
    return { outputs, languageInfo, failure: failure ?? errorOutput(outputs) };
  } finally {
    stop?.removeEventListener("abort", end);
  }
}

async function* events(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Event> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

function errorOutput(outputs: Output[][]): Execution["failure"] {
  for (const [cell, each] of outputs.entries()) {
    const output = each.find((output) => output.output_type === "error");
    if (output) return { cell, error: [`${output.ename}: ${output.evalue}`, ...output.traceback].join("\n") };
  }
}
