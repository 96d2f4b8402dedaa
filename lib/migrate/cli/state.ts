/** Commands that change nothing. @module */
import { maskPassword } from "../../base/text.ts";
import { ConnectError } from "../../engine/errors.ts";
import * as migrate from "../commands.ts";
import { MissingUrlError } from "../errors.ts";
import * as report from "../report.ts";
import { type CommandContext, print } from "./context.ts";

/** Adds history, current, heads, branches, show and check. */
export function addStateCommands(context: CommandContext): void {
  context.add("history", "list revisions, newest first, and mark the current ones")
    .option("-v, --verbose", "everything that is known of each")
    .option("-r, --rev-range <a:b>", "from a to b: ids, base, head, current or head-2; -3: for the last three")
    .option("-i, --indicate-current", "fail if the database cannot be reached, instead of listing the files only")
    .action(async ({ verbose, revRange: range, indicateCurrent }) => {
      const { directory } = context;
      await context.withEngine(async (engine) => {
        const entries = await migrate.history(engine, directory, { range, ...context.reading() });
        print(report.historyLines(entries, { verbose, range }));
      }).catch(async (error) => {
        if (indicateCurrent || !(error instanceof ConnectError || error instanceof MissingUrlError)) throw error;
        print(report.listLines(await migrate.list(directory, { range }), { verbose, range }));
        console.error(`Listed without the state of the database: ${maskPassword(error.message)}`);
      });
    });
  context.add("current", "show the current revisions of the database")
    .option("-v, --verbose", "everything that is known of each")
    .option("--check-heads", "exit status 1 unless the database is at all heads")
    .action(({ checkHeads, verbose }) =>
      context.withEngine(async (engine) => {
        const entries = await migrate.history(engine, context.directory, context.reading());
        print(report.currentLines(entries.filter(({ current }) => current), { verbose }));
        const missing = entries.filter(({ head, applied }) => head && !applied).map(({ revision }) => revision.id);
        if (!checkHeads || missing.length === 0) return;
        console.error(`The database is not at all heads; not applied: ${missing.join(", ")}`);
        context.status = 1;
      })
    );
  context.add("heads", "list the revisions without children")
    .action(async () => print(report.headLines(await migrate.heads(context.directory))));
  context.add("branches", "list the revisions with several children")
    .action(async () => print(report.branchLines(await migrate.branches(context.directory))));
  context.add("show <revision>", "show a revision: an id, head or heads")
    .action(async (name: string) => print(report.showLines(await migrate.show(context.directory, name), name)));
  context.add(
    "check",
    "detect drift: pending or edited revisions, models that differ from the database; exit status 1 if any",
  )
    .option("-v, --verbose", "list everything that is ignored, instead of a line for each kind")
    .action((options) =>
      context.withEngine(async (engine) => {
        const result = await migrate.check(engine, context.directory, undefined, context.reading());
        print(report.checkLines(result, options));
        if (!result.isClean) context.status = 1;
      })
    );
}
