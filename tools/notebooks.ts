/**
 * `deno task notebooks`: runs the notebooks without a browser, stores their outputs, and formats and checks their
 * cells.
 *
 * @module
 */
import { Option } from "commander";
import { databaseUrl, serverVersion } from "../workbook/database_url.ts";
import { checkTypes, formatCells, lintCells, type Problem } from "../workbook/jupyter/cells.ts";
import { newCommand, readArguments, runTask } from "../workbook/command_line.ts";
import { ensureEnvironment } from "../workbook/jupyter/environment.ts";
import { UsageError } from "../workbook/errors.ts";
import {
  type Answer,
  answerPaths,
  claimed,
  committed,
  type Exercise,
  findGaps,
  mistaken,
  readClaims,
  readExercises,
  solved,
  solvedOtherwise,
} from "../workbook/jupyter/exercises.ts";
import { type NotebookFile, readNotebooks } from "../workbook/jupyter/notebook.ts";
import { claimsFolder, solutionsFolder } from "../workbook/paths.ts";
import { CellProgress } from "../workbook/jupyter/progress.ts";
import { dropRunSchemas } from "../workbook/jupyter/run_schemas.ts";
import { type Job, type Report, runJobs } from "../workbook/jupyter/runs.ts";
import { type When, writeOutputs } from "../workbook/jupyter/write_outputs.ts";

const command = newCommand(
  "deno task notebooks",
  "Runs the notebooks top to bottom on the Deno kernel, without a browser.",
  "Fails when a cell fails, when a check has another result, or when an output contains colour codes or a local path.",
)
  .argument("[NN...]", "only notebooks whose names start with this prefix: 00, 13_bench")
  .option("--write", "store all outputs if one changed in kind; --write=all stores them in any case")
  .addOption(new Option("--write-all").hideHelp()) // `--write [all]` would take NN for its value
  .option("--solutions", "run with the exercises solved, in each of two ways: each check must say PASS")
  .option("--wrong", "run with the wrong answers and the cheats: each check must say NOT YET")
  .option("--check", "run nothing; check types, lint and format of the cells and answers")
  .option("--fmt", "run nothing; format the cells, the answers and the notebooks' JSON");

/** Options of the command. */
type Options = { readonly [Name in "write" | "writeAll" | "solutions" | "wrong" | "check" | "fmt"]?: true };

async function notebooks(args: string[], stop: AbortSignal): Promise<number> {
  const given = readArguments<Options>(command, args.map((arg) => arg === "--write=all" ? "--write-all" : arg));
  if (!given) return 0;
  const { options, words } = given;
  const files = await readNotebooks(words);
  if (options.fmt) return await format(files);
  const exercises = new Map<NotebookFile, Exercise[]>();
  for (const file of files) exercises.set(file, await readExercises(file.notebook, solutionsFolder));
  if (options.check) return await check(files, exercises);

  const isWrite = options.write || options.writeAll;
  if (isWrite && (options.solutions || options.wrong)) {
    throw new UsageError("--write stores the notebooks as they are: leave --solutions and --wrong out.");
  }
  await serverVersion(await databaseUrl({ onProgress: console.log })); // otherwise every notebook fails with an error of its own
  const environment = await ensureEnvironment({ onProgress: console.log, stop });
  const claims = new Map<NotebookFile, Answer | undefined>();
  for (const file of isWrite ? [] : files) claims.set(file, await readClaims(file.name, claimsFolder));
  const jobs = files.flatMap((file): Job[] => {
    const own = exercises.get(file)!;
    if (options.wrong) return mistaken(file.notebook, own).map((variant) => ({ file, variant }));
    const makes = options.solutions ? [solved, solvedOtherwise] : [committed];
    return makes.map((make) => ({ file, variant: claimed(make(file.notebook, own), claims.get(file)) }));
  });
  const progress = new CellProgress(console.log);
  const reports = await runJobs(jobs, { environment, stop, cleanUp: dropRunSchemas, ...progress.listeners });
  if (isWrite) {
    for (const report of reports) await store(report, options.writeAll ? "always" : "changed");
  }
  return reports.some(failed) ? 1 : 0;
}

function failed({ problems, proofs }: Report): boolean {
  return problems.length > 0 || proofs.some(({ expected, said }) => expected !== said);
}

async function store(report: Report, when: When): Promise<void> {
  const { file } = report.job;
  if (failed(report)) return console.log(`${file.name}: not written, because its run failed`);
  const { text, isReplaced } = await writeOutputs(file, report, when);
  if (text === file.text) return console.log(`${file.name}: unchanged`);
  await Deno.writeTextFile(file.path, text);
  console.log(`${file.name}: written${isReplaced ? ", with the outputs of this run" : ", with the outputs it had"}`);
}

/** Returns the paths of the files that are cells: answers and claims. */
async function writtenPaths(): Promise<string[]> {
  return [...await answerPaths(solutionsFolder), ...await answerPaths(claimsFolder)];
}

async function format(files: readonly NotebookFile[]): Promise<number> {
  const { changed, problems } = await formatCells(files, await writtenPaths());
  for (const [path, text] of changed) await Deno.writeTextFile(path, text);
  const broken = problems.filter(({ isFormat }) => !isFormat);
  print(broken);
  console.log(`${changed.size} files changed`);
  return broken.length > 0 ? 1 : 0;
}

async function check(files: readonly NotebookFile[], exercises: Map<NotebookFile, Exercise[]>): Promise<number> {
  const sets = files.flatMap((file) => variantsOf(file, exercises.get(file)!));
  const problems = [
    ...files.flatMap((file) => findGaps(file.name, exercises.get(file)!)).map((message) => ({ where: "", message })),
    ...await checkTypes([...sets, ...await claimSets(files, exercises)]),
    ...await lintCells(sets),
    ...(await formatCells(files, await writtenPaths())).problems,
  ];
  print(problems);
  console.log(`${problems.length} problems in ${files.length} notebooks`);
  return problems.length > 0 ? 1 : 0;
}

/** Returns the notebooks with their claims, for the types of these. */
async function claimSets(files: readonly NotebookFile[], exercises: Map<NotebookFile, Exercise[]>) {
  return await Promise.all(files.map(async (file) => {
    const claims = await readClaims(file.name, claimsFolder);
    return { name: file.name, variant: claimed(committed(file.notebook, exercises.get(file)!), claims) };
  }));
}

function variantsOf({ name, notebook }: NotebookFile, exercises: readonly Exercise[]) {
  const variants = [committed, solved, solvedOtherwise].map((make) => make(notebook, exercises));
  return [...variants, ...mistaken(notebook, exercises)].map((variant) => ({ name, variant }));
}

function print(problems: readonly Problem[]): void {
  for (const { where, message } of problems) console.error([where, message].filter(Boolean).join(": "));
}

if (import.meta.main) await runTask(notebooks);
