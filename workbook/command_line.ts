/**
 * Command-line handling shared by all tasks: parses options, turns Ctrl-C into an `AbortSignal`, and prints errors as
 * sentences.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { onStopSignal } from "../lib/base/stop_signals.ts";
import { keepDirect } from "./loopback.ts";
import { StoppedError, UsageError } from "./errors.ts";

/** Receives progress messages of a task. */
export type Progress = (message: string) => void;

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Parses a command line.
 * @param args arguments after the command's name.
 * @param options known options, as for `node:util`.
 * @param help text of `--help`, mentioned when an option is invalid.
 * @throws {UsageError} if an option is unknown or lacks its value.
 */
export function readOptions<Known extends Options>(args: string[], options: Known, command: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const reason = (error as Error).message.split(/\. | \(/)[0];
    throw new UsageError(`${reason}. See: deno task ${command} --help`);
  }
}

/** Parses a TCP port from an option; throws `UsageError` if it is invalid. */
export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new UsageError(`--port takes a number from 1 to 65535, not "${text}".`);
  }
  return port;
}

/**
 * Runs a task's main function and exits with its status: its return value, 1 after an error, 130 after an interrupt.
 * Programming errors keep their stack trace; all others are printed as one sentence.
 */
export async function runTask(main: (args: string[], stop: AbortSignal) => Promise<number>): Promise<never> {
  keepDirect();
  const controller = new AbortController();
  // the terminal and `deno task` both send Ctrl-C: ignore repetitions
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

/** Formats the seconds since `from` (a `performance.now()`): `3.2 s`. */
export function secondsSince(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}
