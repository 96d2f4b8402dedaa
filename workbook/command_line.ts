/**
 * Command-line handling shared by all tasks, in the style of `deno task migrate`: options and help by commander, Ctrl-C
 * as an `AbortSignal`, errors as sentences, exit status 2 for wrong arguments.
 *
 * @module
 */
import { type Command, CommanderError } from "commander";
import { newCommand as newBareCommand, USAGE_STATUS } from "../lib/base/command.ts";
import { exitStatus, onStopSignal } from "../lib/base/stop_signals.ts";
import { keepDirect } from "./loopback.ts";
import { StoppedError, UsageError } from "./errors.ts";

/** Receives progress messages of a task. */
export type Progress = (message: string) => void;

/**
 * Makes a command.
 * @param name how it is called: `deno task lab`.
 * @param remarks printed below the options.
 */
export function newCommand(name: string, description: string, remarks = ""): Command {
  return newBareCommand(name, description)
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 120, minWidthToWrap: 40 })
    .configureOutput({ writeOut: (text) => console.log(text.trimEnd()), outputError: () => {} })
    .addHelpText("after", remarks && `\n${remarks}`);
}

/** Parsed arguments: options by their camelCase name, and the others in order. */
export interface Arguments<Options> {
  readonly options: Options;
  readonly words: readonly string[];
}

/**
 * Parses the arguments of a command, or prints its help.
 * @param args arguments after the command's name.
 * @returns `undefined` after `--help`.
 * @throws {UsageError} if an option is unknown or lacks its value, or there are too many arguments.
 */
export function readArguments<Options extends object>(
  command: Command,
  args: readonly string[],
): Arguments<Options> | undefined {
  try {
    command.parse(args, { from: "user" });
    return { options: command.opts<Options>(), words: command.args };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined; // the help is printed
    throw new UsageError(`${error.message}\n(--help lists the options)`, { cause: error });
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
 * Runs a task's main function and exits with its status: its return value, 1 after an error, 2 for wrong arguments,
 * 128 plus the number of a stop signal, as in a shell.
 * Programming errors keep their stack trace; all others are printed as one sentence.
 */
export async function runTask(main: (args: string[], stop: AbortSignal) => Promise<number>): Promise<never> {
  keepDirect();
  const controller = new AbortController();
  let stoppedBy: number | undefined;
  onStopSignal((signal) => {
    stoppedBy ??= exitStatus(signal); // the terminal and `deno task` both send Ctrl-C
    controller.abort(new StoppedError("stopped"));
  });
  try {
    Deno.exit(await main(Deno.args, controller.signal));
  } catch (error) {
    if (stoppedBy !== undefined) Deno.exit(stoppedBy);
    console.error(isMistake(error) ? error : error instanceof Error ? error.message : String(error));
    Deno.exit(error instanceof UsageError ? USAGE_STATUS : 1);
  }
}

function isMistake(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind);
}

/** Formats the seconds since `from` (a `performance.now()`): `3.2 s`. */
export function secondsSince(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}
