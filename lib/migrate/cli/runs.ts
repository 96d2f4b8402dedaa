/** Commands that change the database. @module */
import type { Command } from "commander";
import * as migrate from "../commands.ts";
import { ConsoleProgress } from "../console_progress.ts";
import type { MigrationOptions } from "../progress.ts";
import * as report from "../report.ts";
import type { Direction } from "../steps.ts";
import { type CommandContext, milliseconds, print, printScript, withTag } from "./context.ts";

/** Options of upgrade and downgrade; times are milliseconds. */
interface RunOptions {
  readonly sql?: boolean;
  readonly dryRun?: boolean;
  readonly singleTransaction?: boolean;
  readonly lockTimeout?: number;
  readonly tag?: string;
}

/** Adds upgrade, downgrade, stamp and ensure-version. */
export function addRunCommands(context: CommandContext): void {
  addRun(
    context.add("upgrade [target]", "apply revisions up to a target: head (default), heads, +1, or an id"),
    "from:to, or to",
  )
    .action((target: string = "head", options: RunOptions) => run(context, "upgrade", target, options));
  addRun(
    context.add("downgrade <target>", "undo revisions down to a target: -1, base, or an id, which stays applied"),
    "from:to",
  )
    .action((target: string, options: RunOptions) => run(context, "downgrade", target, options));
  withTag(context.add(
    "stamp <revisions...>",
    "set the current revisions without running anything: ids, head, heads or base",
  ))
    .option("--sql", "print the SQL script instead of running it")
    .action(async (target: string[], { sql, tag }: RunOptions) => {
      if (sql) return printScript(await migrate.stampSql(context.directory, target, context.reading(tag)));
      await context.withEngine(async (engine) => {
        const revisions = await migrate.stamp(engine, context.directory, target, context.waiting(tag));
        const lines = revisions.map(({ id, message }) => `now at ${id}  ${message}`);
        context.tell(lines.length === 0 ? ["now at base"] : lines);
      }, tag);
    });
  context.add("ensure-version", "create the version table if it does not exist")
    .option("--sql", "print the SQL script instead of running it")
    .action(async ({ sql }: RunOptions) => {
      if (sql) return printScript(await migrate.ensureVersionSql(context.directory, context.reading()));
      await context.withEngine((engine) => migrate.ensureVersion(engine, context.directory, context.waiting()));
    });
}

/** Upgrades or downgrades, or shows what that would do. */
export async function run(
  context: CommandContext,
  direction: Direction,
  target: string,
  { sql, dryRun, tag, ...options }: RunOptions,
): Promise<void> {
  if (sql) {
    const script = direction === "upgrade" ? migrate.upgradeSql : migrate.downgradeSql;
    return printScript(await script(context.directory, target, { ...options, ...context.reading(tag) }));
  }
  await context.withEngine(async (engine) => {
    using progress = new ConsoleProgress();
    const settings: MigrationOptions = { ...options, ...context.waiting(tag, progress) };
    if (!dryRun) await migrate[direction](engine, context.directory, target, settings);
    else print(report.dryRunLines(await migrate.dryRun(engine, context.directory, direction, target, settings)));
  }, tag);
}

function addRun(command: Command, range: string): Command {
  return withTag(command)
    .option("--sql", `print the SQL script instead of running it; target: ${range}`)
    .option("--dry-run", "run in one transaction, roll it back, and show the statements and schema changes")
    .option("--single-transaction", "run all revisions in one transaction")
    .option("--lock-timeout <seconds>", "maximum time a statement waits for a lock (default: 5)", milliseconds);
}
