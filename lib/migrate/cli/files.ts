/** Commands that write files. @module */
import { relative } from "node:path";
import * as migrate from "../commands.ts";
import * as report from "../report.ts";
import { ignoredLines } from "../report_ignored.ts";
import { type CommandContext, print } from "./context.ts";

/** Adds init, adopt, revision and merge. */
export function addFileCommands(context: CommandContext): void {
  context.add("init [folder]", "create a migrations folder with env.ts and versions/")
    .action(async (folder: string | undefined) => {
      for (const path of await migrate.init(folder ?? context.directory)) console.log(`created ${relative(".", path)}`);
    });
  context.add("adopt", "write models and a first revision for a database that has tables, and record it as applied")
    .option("--models <file>", "file to write the models to (default: models.ts in the migrations folder)")
    .option("-m, --message <text>", "message of the revision (default: adopt the database)")
    .action((request: { models?: string; message?: string }) =>
      context.withEngine(async (engine) =>
        print(report.adoptedLines(await migrate.adopt(engine, context.directory, { ...request, ...context.waiting() })))
      )
    );
  context.add("revision", "create a revision file")
    .requiredOption("-m, --message <text>", "message of the revision")
    .option("--autogenerate", "generate up() and down() from the differences between the models and the database")
    .option("--head <id>", "parent revision (default: head)")
    .option("--splice", "allow a parent that is not a head, which starts a branch")
    .option("-v, --verbose", "list everything that autogenerate ignores, instead of a line for each kind")
    .action(async ({ autogenerate, verbose, ...request }) => {
      if (!autogenerate) return printWritten(await migrate.revision(context.directory, request));
      await context.withEngine(async (engine) =>
        printWritten(
          await migrate.revision(context.directory, { ...request, autogenerate: engine, signal: context.stop }),
          verbose,
        )
      );
    });
  context.add("merge <revisions...>", "create a revision that merges heads: their ids, or heads")
    .option("-m, --message <text>", "message of the revision (default: merge … and …)")
    .action(async (revisions: string[], { message }) => {
      printWritten(await migrate.merge(context.directory, { message, revisions }));
    });
}

function printWritten({ path, comparison }: Awaited<ReturnType<typeof migrate.revision>>, verbose = false): void {
  print((comparison?.summary ?? []).map((line) => `detected: ${line}`));
  print(ignoredLines(comparison?.unmodelled ?? [], verbose));
  print((comparison?.notes ?? []).map((line) => `note: ${line}`));
  console.log(
    path ? `created ${relative(".", path)}` : "no differences between models and database: no revision was created",
  );
}
