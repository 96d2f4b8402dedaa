/** The command line of migrations: `deno task migrate`. @module */
import { exitStatus, onStopSignal } from "../base/stop_signals.ts";
import { unlessAborted } from "../base/within.ts";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { relative, resolve } from "node:path";
import { createEngine, type Engine } from "../engine/engine.ts";
import { ConnectError } from "../engine/errors.ts";
import { EngineError } from "../base/error.ts";
import { maskPassword } from "../base/text.ts";
import * as migrate from "./commands.ts";
import { ConsoleProgress } from "./console_progress.ts";
import { environmentUrl } from "./environment.ts";
import { MissingUrlError, MultipleHeadsError } from "./errors.ts";
import type { MigrationOptions } from "./progress.ts";
import * as report from "./report.ts";
import type { Direction } from "./steps.ts";

/** Options of every command; times are milliseconds. */
interface Options {
  readonly url?: string;
  readonly dir: string;
  readonly waitTimeout?: number;
}

/** Options of upgrade and downgrade; times are milliseconds. */
interface RunOptions {
  readonly sql?: boolean;
  readonly dryRun?: boolean;
  readonly singleTransaction?: boolean;
  readonly lockTimeout?: number;
}

/** Milliseconds that a run has to end when it is told to stop: a server that answers needs a fraction of them. */
const GRACE = 3_000;

/**
 * Runs the command line. When the system asks it to stop (Ctrl-C, SIGTERM, SIGHUP), the statement under way is cancelled on
 * the server, as psql does.
 *
 * @param args what stands behind `deno task migrate`.
 * @returns the exit status: 0 done, 1 failed; of `check` 1 on drift; 128 and the number of the signal that stopped it.
 */
export async function main(args: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  const program = new Program(stopping.signal);
  let stoppedBy: number | undefined;
  using _listening = onStopSignal((signal) => {
    if (stoppedBy !== undefined) return; // Ctrl-C comes twice: from the terminal and from `deno task`
    stoppedBy = exitStatus(signal);
    stopping.abort(new CommandInterruptedError());
    const late = setTimeout(() => {
      console.error(
        `Interrupted, and the server did not answer within ${GRACE / 1000} s. Ask for the current revision.`,
      );
      Deno.exit(stoppedBy);
    }, GRACE);
    Deno.unrefTimer(late);
  });
  try {
    await program.command.parseAsync(args, { from: "user" });
    return program.status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // it has printed its message
    if (!(error instanceof EngineError) && !isOfSystem(error)) throw error; // a mistake in this program: with its stack
    console.error(maskPassword(program.explain(error)));
    return stoppedBy ?? 1;
  }
}

/** A command was stopped before it changed anything, or changes nothing. */
export class CommandInterruptedError extends EngineError {
  static override readonly code: string = "COMMAND_INTERRUPTED";

  constructor() {
    super("Interrupted; nothing was changed.");
  }
}

/** The commands and what they do. */
export class Program {
  readonly command: Command;
  /** The exit status when nothing fails. */
  status = 0;
  readonly #stop: AbortSignal;

  /** @param stop ends the command that runs. */
  constructor(stop: AbortSignal = new AbortController().signal) {
    this.#stop = stop;
    this.command = new Command("deno task migrate")
      .usage("[command] [options]")
      .description("Brings a database to a revision of its schema. Without a command: upgrade head.")
      .option("--url <url>", "the database, postgresql://user:password@host:port/database (default: what env.ts says)")
      .option("--dir <folder>", "the folder with env.ts and versions/", "migrations")
      .option("--wait-timeout <seconds>", "how long to wait while another process migrates (default: 60)", milliseconds)
      .argument("[command]")
      .allowExcessArguments()
      .allowUnknownOption()
      .helpOption("-h, --help", "show this help")
      .helpCommand(false)
      .configureHelp({ showGlobalOptions: true })
      .showHelpAfterError("(--help lists the commands and options)")
      .exitOverride();
    this.command.action(async () => {
      const [word] = this.command.args; // what is no option of ours: commander would tell of the last such word
      if (word !== undefined) {
        this.command.error(`error: unknown ${word.startsWith("-") ? "option" : "command"} '${word}'`);
      }
      await this.#run("upgrade", "head", {});
    });
    this.#addFiles();
    this.#addRuns();
    this.#addState();
  }

  /** An error as a person at the command line needs it. */
  explain(error: Error): string {
    const { url, dir } = this.command.opts<Options>();
    if (error instanceof ConnectError) {
      const source = url ? "the --url" : `what url() of ${dir}/env.ts gives (DATABASE_URL, where that is set)`;
      return `${error.message.replace(/\.+$/, "")}; start that server, or correct ${source}.`;
    }
    if (error instanceof MultipleHeadsError && dir !== "migrations") {
      return error.message.replace("deno task migrate merge", `deno task migrate --dir ${shellWord(dir)} merge`);
    }
    return error.message;
  }

  /** Commands that write files, and need no database. */
  #addFiles(): void {
    this.#add("init [folder]", "make a folder of migrations: env.ts and versions/")
      .action(async (folder: string | undefined) => {
        for (const path of await migrate.init(folder ?? this.#directory)) console.log(`made ${relative(".", path)}`);
      });
    this.#add("revision", "write a new revision")
      .requiredOption("-m, --message <text>", "what it does, in a few words")
      .option("--autogenerate", "fill it with what lies between the models of env.ts and the database")
      .option("--head <id>", "the revision it comes after (default: the head)")
      .option("--splice", "it may come after a revision that is no head, and begin a branch")
      .action(async ({ autogenerate, ...request }) => {
        if (!autogenerate) return this.#tellWritten(await migrate.revision(this.#directory, request));
        await this.#withEngine(async (engine) =>
          this.#tellWritten(
            await migrate.revision(this.#directory, { ...request, autogenerate: engine, signal: this.#stop }),
          )
        );
      });
    this.#add("merge <revisions...>", "write a revision that brings heads together: their ids, or heads")
      .option("-m, --message <text>", "what it is called (default: merge … and …)")
      .action(async (revisions: string[], { message }) => {
        this.#tellWritten(await migrate.merge(this.#directory, { message, revisions }));
      });
  }

  /** Commands that change the database. */
  #addRuns(): void {
    this.#addRun("upgrade [target]", "apply revisions: head (default), heads, +1, or the id of one", "from:to, or to")
      .action((target: string = "head", options: RunOptions) => this.#run("upgrade", target, options));
    this.#addRun("downgrade <target>", "undo revisions: -1, base, or the id of the one to go back to", "from:to")
      .action((target: string, options: RunOptions) => this.#run("downgrade", target, options));
    this.#add("stamp <revisions...>", "write where the database stands, and run nothing: ids, head, heads or base")
      .action((target: string[]) =>
        this.#withEngine(async (engine) => {
          const revisions = await migrate.stamp(engine, this.#directory, target, this.#waiting());
          print(
            revisions.length === 0 ? ["now at base"] : revisions.map(({ id, message }) => `now at ${id}  ${message}`),
          );
        })
      );
  }

  /** Commands that change nothing. */
  #addState(): void {
    this.#add("history", "list the revisions, newest first, and where the database stands")
      .option("-v, --verbose", "everything that is known of each")
      .option("-r, --range <a:b>", "from a to b: ids, base, head, current; or -3: for the last three")
      .option("-i, --indicate-current", "fail, rather than list the files only, when there is no server to ask")
      .action(async ({ verbose, range, indicateCurrent }) => {
        await this.#withEngine(async (engine) =>
          print(
            report.historyLines(await migrate.history(engine, this.#directory, { range, signal: this.#stop }), {
              verbose,
            }),
          )
        ).catch(async (error) => {
          if (indicateCurrent || !(error instanceof ConnectError || error instanceof MissingUrlError)) throw error;
          print(report.listLines(await migrate.list(this.#directory, { range }), { verbose }));
          console.error(`The database was not asked. ${maskPassword(error.message)}`);
        });
      });
    this.#add("current", "show the revisions at which the database stands")
      .option("-v, --verbose", "everything that is known of each")
      .action((options) =>
        this.#withEngine(async (engine) =>
          print(report.currentLines(await migrate.current(engine, this.#directory, { signal: this.#stop }), options))
        )
      );
    this.#add("heads", "list the revisions after which none comes")
      .action(async () => print(report.headLines(await migrate.heads(this.#directory))));
    this.#add("branches", "list the revisions after which more than one comes")
      .action(async () => print(report.branchLines(await migrate.branches(this.#directory))));
    this.#add("show <revision>", "show a revision: its id, head or heads")
      .action(async (name: string) => {
        print(report.showLines(await migrate.show(this.#directory, name)));
      });
    this.#add("check", "look for drift: revisions not applied or edited since, models that differ; status 1 if any")
      .action(() =>
        this.#withEngine(async (engine) => {
          const result = await migrate.check(engine, this.#directory, undefined, { signal: this.#stop });
          print(report.checkLines(result));
          if (!result.isClean) this.status = 1;
        })
      );
  }

  get #directory(): string {
    return resolve(this.command.opts<Options>().dir);
  }

  #add(usage: string, description: string): Command {
    return this.command.command(usage).description(description).allowExcessArguments(false);
  }

  #addRun(usage: string, description: string, range: string): Command {
    return this.#add(usage, description)
      .option("--sql", `print the script instead of running it; the target is then ${range}`)
      .option("--dry-run", "run it in one transaction and roll back: show the statements and what changes")
      .option("--single-transaction", "all revisions in one transaction: all of them, or none")
      .option("--lock-timeout <seconds>", "how long a statement may wait for a lock (default: 5)", milliseconds);
  }

  async #run(direction: Direction, target: string, { sql, dryRun, ...options }: RunOptions): Promise<void> {
    if (sql) {
      const script = direction === "upgrade" ? migrate.upgradeSql : migrate.downgradeSql;
      return console.log((await script(this.#directory, target, options)).trimEnd());
    }
    await this.#withEngine(async (engine) => {
      using progress = new ConsoleProgress();
      const settings: MigrationOptions = { ...options, ...this.#waiting(progress) };
      if (!dryRun) await migrate[direction](engine, this.#directory, target, settings);
      else print(report.dryRunLines(await migrate.dryRun(engine, this.#directory, direction, target, settings)));
    });
  }

  #waiting({ show: onProgress }: ConsoleProgress = new ConsoleProgress()): MigrationOptions {
    const { waitTimeout } = this.command.opts<Options>();
    return { onProgress, signal: this.#stop, ...(waitTimeout !== undefined && { waitTimeout }) };
  }

  /** @param work ends by itself when the command is stopped. */
  async #withEngine(work: (engine: Engine) => Promise<void>): Promise<void> {
    const { url = await unlessAborted(environmentUrl(this.#directory), this.#stop) } = this.command.opts<Options>();
    await using engine = createEngine(url, {
      applicationName: "migrate",
      prepare: false, // behind a transaction pooler the server process that prepared a statement is not the one asked
      nonblocking: true, // a second connection shows whether there is a pooler, and Ctrl-C is heard
    });
    await work(engine);
  }

  #tellWritten({ path, comparison }: Awaited<ReturnType<typeof migrate.revision>>): void {
    print((comparison?.summary ?? []).map((line) => `found: ${line}`));
    print((comparison?.unmodelled ?? []).map((line) => `left alone: ${line}`));
    print((comparison?.notes ?? []).map((line) => `note: ${line}`));
    console.log(path ? `wrote ${relative(".", path)}` : "the models and the database agree: no revision was written");
  }
}

/** Whether the operating system refused something, such as a file that may not be written. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && /^E[A-Z]+$/.test(String((error as { code?: unknown }).code));
}

/** A word as a shell takes it: in quotes where it has to be. */
function shellWord(word: string): string {
  return /^[\w./~:\\-]+$/.test(word) ? word : `"${word}"`;
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** Seconds on the command line, `0.5` too, as milliseconds. */
function milliseconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It is a number of seconds.");
  return Math.round(Number(text) * 1000);
}

if (import.meta.main) {
  const status = await main(Deno.args);
  if (status > 128) Deno.exit(status); // whatever is still under way
  Deno.exitCode = status;
}
