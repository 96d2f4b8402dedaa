/** The command line of migrations: `deno task migrate`. @module */
import { Command, CommanderError } from "npm:commander@^15";
import { resolve } from "node:path";
import { createEngine, type Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/errors.ts";
import { maskPassword } from "../engine/text.ts";
import { current, downgrade, history, upgrade } from "./commands.ts";
import { RevisionFailedError } from "./errors.ts";
import { environmentUrl } from "./environment.ts";
import { currentLines, historyLines, progressLine } from "./report.ts";
import type { MigrationProgress } from "./runner.ts";

/** Options of every command. */
interface Options {
  readonly url?: string;
  readonly dir: string;
}

/**
 * Runs the command line.
 *
 * @param args what stands behind `deno task migrate`.
 * @returns the exit status: 0 done, 1 failed.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // it has printed its message
    if (!(error instanceof EngineError)) throw error; // a mistake in this program: its stack is wanted
    if (error instanceof RevisionFailedError && Deno.stdout.isTerminal()) console.log(); // ends the running step's line
    console.error(maskPassword(error.message));
    return 1;
  }
}

function program(): Command {
  const program = new Command("deno task migrate")
    .usage("[command] [options]")
    .description("Brings a database to a revision of its schema. Without a command: upgrade head.")
    .option("--url <url>", "the database, postgresql://user:password@host:port/database (default: what env.ts says)")
    .option("--dir <folder>", "the folder with env.ts and versions/", "migrations")
    .argument("[command]")
    .allowExcessArguments()
    .allowUnknownOption()
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(--help lists the commands and options)")
    .exitOverride();
  program.action(async () => {
    const [word] = program.args; // what is no option of ours: commander would tell of the last such word
    if (word !== undefined) program.error(`error: unknown ${word.startsWith("-") ? "option" : "command"} '${word}'`);
    await run((engine, directory) => upgrade(engine, directory, "head", { onProgress }));
  });
  command("upgrade [target]", "apply revisions: head (default), +1, or the id of one")
    .action(async (target = "head") => {
      await run((engine, directory) => upgrade(engine, directory, target, { onProgress }));
    });
  command("downgrade <target>", "undo revisions: -1, base, or the id of the one to go back to")
    .action(async (target: string) => {
      await run((engine, directory) => downgrade(engine, directory, target, { onProgress }));
    });
  command("history", "list the revisions, newest first, and where the database stands")
    .action(async () => {
      await run(async (engine, directory) => print(historyLines(await history(engine, directory))));
    });
  command("current", "show the revision at which the database stands")
    .action(async () => {
      await run(async (engine, directory) => print(currentLines(await current(engine, directory))));
    });
  return program;

  function command(usage: string, description: string): Command {
    return program.command(usage).description(description).allowExcessArguments(false);
  }

  async function run(work: (engine: Engine, directory: string) => Promise<unknown>): Promise<void> {
    const { url, dir } = program.opts<Options>();
    const directory = resolve(dir);
    await using engine = createEngine(url ?? await environmentUrl(directory), { applicationName: "migrate" });
    await work(engine, directory);
  }
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** On a terminal the line of a running step is written over when the step is done; elsewhere only the second is. */
function onProgress(progress: MigrationProgress): void {
  const terminal = Deno.stdout.isTerminal();
  if (progress.type !== "running") console.log(`${terminal ? "\r\x1b[K" : ""}${progressLine(progress)}`);
  else if (terminal) Deno.stdout.writeSync(new TextEncoder().encode(progressLine(progress)));
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
