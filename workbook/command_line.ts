/**
 * What every task does at its edge: read the options, turn Ctrl-C into an `AbortSignal`, print errors as sentences.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { onStopSignal } from "../lib/base/stop_signals.ts";
import { keepDirect } from "./loopback.ts";
import { StoppedError, UsageError } from "./errors.ts";

/** How a task tells what it is doing. */
export type Progress = (message: string) => void;

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads a command line.
 *
 * @param args What was typed after the command's name.
 * @param options The options known, as `node:util` describes them.
 * @param help The text of `--help`, pointed at when an option is wrong.
 * @throws {UsageError} An option is unknown or lacks its value.
 */
export function readOptions<Known extends Options>(args: string[], options: Known, command: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const reason = (error as Error).message.split(/\. | \(/)[0];
    throw new UsageError(`${reason}. See: deno task ${command} --help`);
  }
}

/** Reads a TCP port from an option; throws `UsageError` when it is none. */
export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new UsageError(`--port takes a number from 1 to 65535, not "${text}".`);
  }
  return port;
}

/**
 * Runs a task's main function and ends the process with its exit status: what it returns, 1 after an error, 130 when it
 * was stopped. Mistakes in the program itself keep their stack; everything else is one sentence.
 */
export async function runTask(main: (args: string[], stop: AbortSignal) => Promise<number>): Promise<never> {
  keepDirect();
  const controller = new AbortController();
  // Ctrl-C reaches a process more than once (the terminal and `deno task` both send it): later ones change nothing.
  const stop = () => controller.abort(new StoppedError("stopped"));
  onStopSignal(stop);
  try {
    Deno.exit(await main(Deno.args, controller.signal));
  } catch (error) {
    if (controller.signal.aborted) Deno.exit(130);
    console.error(isMistake(error) ? error : error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}

function isMistake(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind);
}

/** Seconds since `from` (a `performance.now()`), as text: `3.2 s`. */
export function secondsSince(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}
