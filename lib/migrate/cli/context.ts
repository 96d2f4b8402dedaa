/** What the groups of commands share: global options, the database, the stop signal and the exit status. @module */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { resolve } from "node:path";
import { unlessAborted } from "../../base/within.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { ConsoleProgress } from "../console_progress.ts";
import { environmentUrl } from "../environment.ts";
import type { MigrationOptions } from "../progress.ts";

/** Options of every command; times are milliseconds. */
export interface GlobalOptions {
  readonly url?: string;
  readonly dir: string;
  readonly waitTimeout?: number;
}

/** The program to which a group adds its commands. */
export class CommandContext {
  readonly #program: Command;
  /** Aborts the running command. */
  readonly stop: AbortSignal;
  /** Exit status of a command that does not fail. */
  status = 0;

  constructor(program: Command, stop: AbortSignal) {
    this.#program = program;
    this.stop = stop;
  }

  get options(): GlobalOptions {
    return this.#program.opts<GlobalOptions>();
  }

  /** Absolute path of the migrations folder. */
  get directory(): string {
    return resolve(this.options.dir);
  }

  /** Adds a command. */
  add(usage: string, description: string): Command {
    return this.#program.command(usage).description(description).allowExcessArguments(false);
  }

  /** Options of a command that takes the migration lock. */
  waiting({ show: onProgress }: ConsoleProgress = new ConsoleProgress()): MigrationOptions {
    const { waitTimeout } = this.options;
    return { onProgress, signal: this.stop, ...(waitTimeout !== undefined && { waitTimeout }) };
  }

  /** @param work must observe the stop signal itself */
  async withEngine(work: (engine: Engine) => Promise<void>): Promise<void> {
    const { url = await unlessAborted(environmentUrl(this.directory), this.stop) } = this.options;
    await using engine = createEngine(url, {
      applicationName: "migrate",
      prepare: false, // a transaction pooler runs each transaction in another server process
      nonblocking: true, // to detect a pooler with a second connection, and to receive Ctrl-C
    });
    await work(engine);
  }
}

/** Prints lines on standard output. */
export function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** Parses seconds such as `0.5` into milliseconds. */
export function milliseconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("Expected a number of seconds.");
  return Math.round(Number(text) * 1000);
}
