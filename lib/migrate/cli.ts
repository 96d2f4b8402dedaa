/** Command line of migrations: `deno task migrate`. @module */
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

/** Time to cancel the running statement after a stop signal, in milliseconds. */
const GRACE = 3_000;

/**
 * Runs the command line. Ctrl-C, SIGTERM and SIGHUP cancel the running statement on the server, as in psql.
 *
 * @param args arguments after `deno task migrate`
 * @returns exit status: 0 on success; 1 on failure, or when `check` finds drift; 128 plus the number of a stop signal
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
    if (error instanceof CommanderError) return error.exitCode; // commander has printed the message
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
  /** Exit status of a command that does not fail. */
  status = 0;
  readonly #stop: AbortSignal;

  /** @param stop aborts the running command */
  constructor(stop: AbortSignal = new AbortController().signal) {
    this.#stop = stop;
    this.command = new Command("deno task migrate")
      .usage("[command] [options]")
      .description("Migrate a database to a schema revision. Without a command: upgrade head.")
      .option("--url <url>", "database URL, postgresql://user:password@host:port/database (default: url() of env.ts)")
      .option("--dir <folder>", "folder that contains env.ts and versions/", "migrations")
      .option("--wait-timeout <seconds>", "maximum wait for another process that migrates (default: 60)", milliseconds)
      .argument("[command]")
      .allowExcessArguments()
      .allowUnknownOption()
      .helpOption("-h, --help", "show this help")
      .helpCommand(false)
      .configureHelp({ showGlobalOptions: true })
      .showHelpAfterError("(--help lists the commands and options)")
      .exitOverride();
    this.command.action(async () => {
      const [word] = this.command.args; // commander would report the last unknown word instead
      if (word !== undefined) {
        this.command.error(`error: unknown ${word.startsWith("-") ? "option" : "command"} '${word}'`);
      }
      await this.#run("upgrade", "head", {});
    });
    this.#addFiles();
    this.#addRuns();
    this.#addState();
  }

  /** The message of an error, with advice for the command line. */
  explain(error: Error): string {
    const { url, dir } = this.command.opts<Options>();
    if (error instanceof ConnectError) {
      const source = url ? "--url" : `url() of ${dir}/env.ts (DATABASE_URL, if set)`;
      return `${error.message.replace(/\.+$/, "")}. Start the server, or correct ${source}.`;
    }
    if (error instanceof MultipleHeadsError && dir !== "migrations") {
      return error.message.replace("deno task migrate merge", `deno task migrate --dir ${shellWord(dir)} merge`);
    }
    return error.message;
  }

  /** Commands that write files. */
  #addFiles(): void {
    this.#add("init [folder]", "create a migrations folder with env.ts and versions/")
      .action(async (folder: string | undefined) => {
        for (const path of await migrate.init(folder ?? this.#directory)) console.log(`created ${relative(".", path)}`);
      });
    this.#add("revision", "create a revision file")
      .requiredOption("-m, --message <text>", "message of the revision")
      .option("--autogenerate", "generate up() and down() from the differences between the models and the database")
      .option("--head <id>", "parent revision (default: head)")
      .option("--splice", "allow a parent that is not a head, which starts a branch")
      .action(async ({ autogenerate, ...request }) => {
        if (!autogenerate) return this.#printWritten(await migrate.revision(this.#directory, request));
        await this.#withEngine(async (engine) =>
          this.#printWritten(
            await migrate.revision(this.#directory, { ...request, autogenerate: engine, signal: this.#stop }),
          )
        );
      });
    this.#add("merge <revisions...>", "create a revision that merges heads: their ids, or heads")
      .option("-m, --message <text>", "message of the revision (default: merge … and …)")
      .action(async (revisions: string[], { message }) => {
        this.#printWritten(await migrate.merge(this.#directory, { message, revisions }));
      });
  }

  /** Commands that change the database. */
  #addRuns(): void {
    this.#addRun(
      "upgrade [target]",
      "apply revisions up to a target: head (default), heads, +1, or an id",
      "from:to, or to",
    )
      .action((target: string = "head", options: RunOptions) => this.#run("upgrade", target, options));
    this.#addRun(
      "downgrade <target>",
      "undo revisions down to a target: -1, base, or an id, which stays applied",
      "from:to",
    )
      .action((target: string, options: RunOptions) => this.#run("downgrade", target, options));
    this.#add("stamp <revisions...>", "set the current revisions without running anything: ids, head, heads or base")
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
    this.#add("history", "list revisions, newest first, and mark the current ones")
      .option("-v, --verbose", "everything that is known of each")
      .option("-r, --range <a:b>", "from a to b: ids, base, head or current; -3: for the last three")
      .option("-i, --indicate-current", "fail if the database cannot be reached, instead of listing the files only")
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
          console.error(`Listed without the state of the database: ${maskPassword(error.message)}`);
        });
      });
    this.#add("current", "show the current revisions of the database")
      .option("-v, --verbose", "everything that is known of each")
      .action((options) =>
        this.#withEngine(async (engine) =>
          print(report.currentLines(await migrate.current(engine, this.#directory, { signal: this.#stop }), options))
        )
      );
    this.#add("heads", "list the revisions without children")
      .action(async () => print(report.headLines(await migrate.heads(this.#directory))));
    this.#add("branches", "list the revisions with several children")
      .action(async () => print(report.branchLines(await migrate.branches(this.#directory))));
    this.#add("show <revision>", "show a revision: an id, head or heads")
      .action(async (name: string) => {
        print(report.showLines(await migrate.show(this.#directory, name)));
      });
    this.#add(
      "check",
      "detect drift: pending or edited revisions, models that differ from the database; exit status 1 if any",
    )
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
      .option("--sql", `print the SQL script instead of running it; target: ${range}`)
      .option("--dry-run", "run in one transaction, roll it back, and show the statements and schema changes")
      .option("--single-transaction", "run all revisions in one transaction")
      .option("--lock-timeout <seconds>", "maximum time a statement waits for a lock (default: 5)", milliseconds);
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

  /** @param work must observe the stop signal itself */
  async #withEngine(work: (engine: Engine) => Promise<void>): Promise<void> {
    const { url = await unlessAborted(environmentUrl(this.#directory), this.#stop) } = this.command.opts<Options>();
    await using engine = createEngine(url, {
      applicationName: "migrate",
      prepare: false, // a transaction pooler runs each transaction in another server process
      nonblocking: true, // to detect a pooler with a second connection, and to receive Ctrl-C
    });
    await work(engine);
  }

  #printWritten({ path, comparison }: Awaited<ReturnType<typeof migrate.revision>>): void {
    print((comparison?.summary ?? []).map((line) => `detected: ${line}`));
    print((comparison?.unmodelled ?? []).map((line) => `ignored: ${line}`));
    print((comparison?.notes ?? []).map((line) => `note: ${line}`));
    console.log(
      path ? `created ${relative(".", path)}` : "no differences between models and database: no revision was created",
    );
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

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** Parses seconds such as `0.5` into milliseconds. */
function milliseconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("Expected a number of seconds.");
  return Math.round(Number(text) * 1000);
}

if (import.meta.main) {
  const status = await main(Deno.args);
  if (status > 128) Deno.exit(status); // ends pending work
  Deno.exitCode = status;
}
