/** Commands that write files. @module */
import type { Command } from "commander";
import { relative } from "node:path";
import type { MergeRequest, RevisionRequest } from "../authoring.ts";
import * as migrate from "../commands.ts";
import * as report from "../report.ts";
import { ignoredLines } from "../report_ignored.ts";
import { type CommandContext, print, withRename, withTag, withWord } from "./context.ts";
import { edit } from "./edit.ts";

/** Options of the command revision. */
interface RevisionOptions extends Omit<RevisionRequest, "autogenerate" | "renames" | "branchLabels"> {
  readonly autogenerate?: boolean;
  readonly rename?: Readonly<Record<string, string>>;
  readonly branchLabel?: readonly string[];
  readonly verbose?: boolean;
}

/** Adds init, adopt, revision, merge and edit. */
export function addFileCommands(context: CommandContext): void {
  context.add("init [folder]", "create a migrations folder with env.ts and versions/")
    .action(async (folder: string | undefined) => {
      const paths = await migrate.init(folder ?? context.directory);
      context.tell(paths.map((path) => `created ${relative(".", path)}`));
    });
  context.add("adopt", "write models and a first revision for a database that has tables, and record it as applied")
    .option("--models <file>", "file to write the models to (default: models.ts in the migrations folder)")
    .option("-m, --message <text>", "message of the revision (default: adopt the database)")
    .action((request: { models?: string; message?: string }) =>
      context.withEngine(async (engine) =>
        print(report.adoptedLines(await migrate.adopt(engine, context.directory, { ...request, ...context.waiting() })))
      )
    );
  const revision = withTag(named(
    context.add("revision", "create a revision file")
      .requiredOption("-m, --message <text>", "message of the revision")
      .option("--autogenerate", "generate up() and down() from the differences between the models and the database")
      .option("--rename <old=new>", "confirm a rename that autogenerate supposes; can be repeated", withRename)
      .option("--head <id>", "parent revision (default: head)")
      .option("--splice", "allow a parent that is not a head, which starts a branch")
      .option("--depends-on <id>", "revision to apply first, of another branch; can be repeated", withWord)
      .option("--version-path <folder>", "folder of the file in versions/ (default: versions/ itself)")
      .option("--sql", "print the text of the file instead of writing it")
      .option("-v, --verbose", "list everything that autogenerate ignores, instead of a line for each kind"),
  ));
  revision.action(async ({ autogenerate, verbose, rename, branchLabel, ...options }: RevisionOptions) => {
    if (rename && !autogenerate) revision.error("error: option '--rename <old=new>' requires '--autogenerate'");
    const request = { ...options, ...context.reading(options.tag), branchLabels: branchLabel, renames: rename };
    if (!autogenerate) return tellWritten(context, await migrate.revision(context.directory, request));
    await context.withEngine(async (engine) => {
      const written = await migrate.revision(context.directory, { ...request, autogenerate: engine });
      tellWritten(context, written, verbose);
    }, options.tag);
  });
  named(
    context.add("merge <revisions...>", "create a revision that merges heads: their ids, or heads")
      .option("-m, --message <text>", "message of the revision (default: merge … and …)")
      .option("--splice", "allow revisions that are not heads"),
  )
    .action(async (revisions: string[], { branchLabel, ...options }) => {
      const request: MergeRequest = { ...options, ...context.reading(), revisions, branchLabels: branchLabel };
      tellWritten(context, await migrate.merge(context.directory, request));
    });
  context.add("edit [revision]", "open a revision file in the editor of VISUAL or EDITOR (default: head)")
    .action(async (name: string = "head") => {
      await edit((await migrate.show(context.directory, name)).map(({ path }) => path), name);
    });
}

/** Adds the options that give names to a new revision. */
function named(command: Command): Command {
  return command
    .option("--rev-id <id>", "id of the revision: letters and digits (default: random)")
    .option("--branch-label <label>", "name of the branch that starts with it; can be repeated", withWord);
}

function tellWritten(
  context: CommandContext,
  { path, text, comparison }: Awaited<ReturnType<typeof migrate.revision>>,
  verbose = false,
): void {
  const lines = [
    ...(comparison?.summary ?? []).map((line) => `detected: ${line}`),
    ...ignoredLines(comparison?.unmodelled ?? [], verbose),
    ...(comparison?.notes ?? []).map((line) => `note: ${line}`),
  ];
  if (path === undefined && text !== undefined) {
    for (const line of lines) console.error(line);
    return console.log(text.trimEnd());
  }
  context.tell([
    ...lines,
    path ? `created ${relative(".", path)}` : "no differences between models and database: no revision was created",
  ]);
}
