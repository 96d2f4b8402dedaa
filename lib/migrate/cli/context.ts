/** What the groups of commands share: global options, the database, the stop signal and the exit status. @module */
import { type Command, InvalidArgumentError } from "commander";
import { resolve } from "node:path";
import { unlessAborted } from "../../base/within.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { ConsoleProgress } from "../console_progress.ts";
import { type EnvironmentOptions, environmentUrl } from "../environment.ts";
import type { MigrationOptions } from "../progress.ts";

/** Options of every command; times are milliseconds. */
export interface GlobalOptions {
  readonly url?: string;
  readonly dir: string;
  readonly waitTimeout?: number;
  readonly x?: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
}

/** Adds the options of every command. */
export function addGlobalOptions(program: Command): Command {
  return program
    .option("--url <url>", "database URL, postgresql://user:password@host:port/database (default: url() of env.ts)")
    .option("--dir <folder>", "folder that contains env.ts and versions/", "migrations")
    .option("-x <key=value>", "value for the functions of env.ts, which receive { x, tag }; can be repeated", withPair)
    .option("--wait-timeout <seconds>", "maximum wait for another process that migrates (default: 60)", milliseconds)
    .option("-q, --quiet", "print results and errors only, no progress");
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

  /**
   * Options of a command that reads `env.ts`.
   *
   * @param tag value of --tag
   */
  reading(tag?: string): EnvironmentOptions & { readonly signal: AbortSignal } {
    return { x: this.options.x, tag, signal: this.stop };
  }

  /** Options of a command that takes the migration lock. */
  waiting(tag?: string, progress: ConsoleProgress = new ConsoleProgress()): MigrationOptions {
    const { waitTimeout, quiet } = this.options;
    return {
      ...this.reading(tag),
      ...(!quiet && { onProgress: progress.show }),
      ...(waitTimeout !== undefined && { waitTimeout }),
    };
  }

  /**
   * Runs a function with the engine of the database.
   *
   * @param work must observe the stop signal itself
   * @param tag value of --tag
   */
  async withEngine(work: (engine: Engine) => Promise<void>, tag?: string): Promise<void> {
    const { url = await unlessAborted(environmentUrl(this.directory, this.reading(tag)), this.stop) } = this.options;
    await using engine = createEngine(url, {
      applicationName: "migrate",
      prepare: false, // a transaction pooler runs each transaction in another server process
      nonblocking: true, // to detect a pooler with a second connection, and to receive Ctrl-C
    });
    await work(engine);
  }

  /** Prints lines that tell what was done, unless --quiet. */
  tell(lines: readonly string[]): void {
    if (!this.options.quiet) print(lines);
  }
}

/** Prints lines on standard output. */
export function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** Prints a script on standard output. */
export function printScript(script: string): void {
  console.log(script.trimEnd());
}

/** Adds --tag to a command. */
export function withTag(command: Command): Command {
  return command.option("--tag <text>", "tag for the functions of env.ts, which receive { x, tag }");
}

/** Parses seconds such as `0.5` into milliseconds. */
export function milliseconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("Expected a number of seconds.");
  return Math.round(Number(text) * 1000);
}

/** Adds a value such as `key=value` to those before it; without `=` the value is empty. */
export function withPair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [key] = text.split("=", 1);
  if (key === "") throw new InvalidArgumentError("Expected key=value.");
  return { ...before, [key]: text.slice(key.length + 1) };
}

/** Adds a rename such as `heroes=champions` to those before it. */
export function withRename(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const pair = withPair(text);
  if (!Object.values(pair)[0]) throw new InvalidArgumentError("Expected old=new, such as heroes.app_src=source.");
  return { ...before, ...pair };
}

/** Adds a word to those before it. */
export function withWord(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
