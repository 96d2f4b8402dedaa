/** Command line of migrations: `deno task migrate`. @module */
import { newCommand, USAGE_STATUS } from "../base/command.ts";
import { exitStatus, onStopSignal } from "../base/stop_signals.ts";
import { type Command, CommanderError } from "commander";
import { ConnectError } from "../engine/errors.ts";
import { EngineError } from "../base/error.ts";
import { maskPassword } from "../base/text.ts";
import { addGlobalOptions, CommandContext } from "./cli/context.ts";
import { addFileCommands } from "./cli/files.ts";
import { addRunCommands, run } from "./cli/runs.ts";
import { addStateCommands } from "./cli/state.ts";
import { MultipleHeadsError } from "./errors.ts";

/** Version of the library, the first heading of CHANGELOG.md. */
const VERSION = "Unreleased";

/** Time to cancel the running statement after a stop signal, in milliseconds. */
const GRACE = 3_000;

/**
 * Runs the command line. Ctrl-C, SIGTERM and SIGHUP cancel the running statement on the server, as in psql.
 *
 * @param args arguments after `deno task migrate`
 * @returns exit status: 0 on success; 1 on failure, or when `check` finds drift; 2 for
 * arguments that no command takes; 128 plus the number of a stop signal
 */
export async function main(args: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  const program = new Program(stopping.signal);
  let stoppedBy: number | undefined;
  using _listening = onStopSignal((signal) => {
    if (stoppedBy !== undefined) return; // Ctrl-C arrives twice: from the terminal and from `deno task`
    stoppedBy = exitStatus(signal);
    stopping.abort(new CommandInterruptedError());
    const late = setTimeout(() => {
      console.error(
        `Interrupted; no answer from the server within ${GRACE / 1000} s. Check the current revision.`,
      );
      Deno.exit(stoppedBy);
    }, GRACE);
    Deno.unrefTimer(late);
  });
  try {
    await program.command.parseAsync(args, { from: "user" });
    return program.status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode && USAGE_STATUS; // commander has printed the message
    if (!(error instanceof EngineError) && !isOfSystem(error)) throw error; // a bug: print the stack
    console.error(maskPassword(program.explain(error)));
    return stoppedBy ?? 1;
  }
}

/** A command was stopped before it changed anything, or changes nothing. */
export class CommandInterruptedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "COMMAND_INTERRUPTED";

  constructor() {
    super("Interrupted; nothing was changed.");
  }
}

/** The commands. */
export class Program {
  readonly command: Command;
  readonly #context: CommandContext;

  /** @param stop aborts the running command */
  constructor(stop: AbortSignal = new AbortController().signal) {
    const description = "Migrate a database to a schema revision. Without a command: upgrade head.";
    this.command = addGlobalOptions(newCommand("deno task migrate", description))
      .usage("[command] [options]")
      .argument("[command]")
      .allowExcessArguments()
      .allowUnknownOption()
      .version(`migrate (${VERSION}), Deno ${Deno.version.deno}`, "--version", "show the version")
      .helpCommand(false)
      .configureHelp({ showGlobalOptions: true })
      .showHelpAfterError("(--help lists the commands and options)");
    this.#context = new CommandContext(this.command, stop);
    this.command.action(async () => {
      const [word] = this.command.args; // commander would report the last unknown word instead
      if (word !== undefined) {
        this.command.error(`error: unknown ${word.startsWith("-") ? "option" : "command"} '${word}'`);
      }
      await run(this.#context, "upgrade", "head", {});
    });
    addFileCommands(this.#context);
    addRunCommands(this.#context);
    addStateCommands(this.#context);
  }

  /** Exit status of a command that does not fail. */
  get status(): number {
    return this.#context.status;
  }

  /** The message of an error, with advice for the command line. */
  explain(error: Error): string {
    const { url, dir } = this.#context.options;
    if (error instanceof ConnectError) {
      const source = url ? "--url" : `url() of ${dir}/env.ts (DATABASE_URL, if set)`;
      return `${error.message.replace(/\.+$/, "")}. Start the server, or correct ${source}.`;
    }
    if (error instanceof MultipleHeadsError && dir !== "migrations") {
      return error.message.replace("deno task migrate merge", `deno task migrate --dir ${shellWord(dir)} merge`);
    }
    return error.message;
  }
}

/** Whether the operating system reported the error, such as a read-only file. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && /^E[A-Z]+$/.test(String((error as { code?: unknown }).code));
}

/** A word as a shell reads it, quoted if necessary. */
function shellWord(word: string): string {
  return /^[\w./~:\\-]+$/.test(word) ? word : `"${word}"`;
}

if (import.meta.main) {
  const status = await main(Deno.args);
  if (status > 128) Deno.exit(status); // ends pending work
  Deno.exitCode = status;
}
