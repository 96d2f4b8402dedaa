/**
 * `deno task test`: all checks of the project. `deno task ok` (`--quick`) runs those that take seconds.
 *
 * @module
 */
import { join } from "node:path";
import { connectionLimit, databaseUrl, serverVersion } from "../workbook/database_url.ts";
import { type CellSet, checkTypes, formatCells, lintCells, type Problem } from "../workbook/jupyter/cells.ts";
import { newCommand, readArguments, runTask } from "../workbook/command_line.ts";
import { UsageError } from "../workbook/errors.ts";
import { docProblems } from "../workbook/jupyter/doc_lint.ts";
import { ensureEnvironment } from "../workbook/jupyter/environment.ts";
import { installNpmPeers } from "../workbook/bench/peers.ts";
import {
  type Answer,
  answered,
  answerPaths,
  claimed,
  committed,
  type Exercise,
  findGaps,
  findOrphans,
  mistaken,
  readClaims,
  readExercises,
  solved,
  solvedOtherwise,
} from "../workbook/jupyter/exercises.ts";
import { Gate, type Outcome, readTestSummary, type Step } from "../workbook/jupyter/gate.ts";
import { findWrongMinutes, findWrongRoutes, statedMinutes } from "../workbook/jupyter/minutes.ts";
import { type NotebookFile, readNotebooks } from "../workbook/jupyter/notebook.ts";
import { claimsFolder, exists, notebooksFolder, pattern, root, solutionsFolder } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";
import { findBrokenLinks, findMissingFiles, findMisspellings, readProse } from "../workbook/jupyter/prose.ts";
import { dropRunSchemas } from "../workbook/jupyter/run_schemas.ts";
import { explainSkips, unexpectedSkips } from "../workbook/jupyter/skips.ts";
import { explainProof, findStale, type Job, jobName, type Report, runJobs } from "../workbook/jupyter/runs.ts";

/** Tests that need all permissions or run sequentially: processes, networks, Jupyter and the load test. */
const APART: readonly string[] = [
  "workbook/jupyter",
  "workbook/load",
  "workbook/network",
  "workbook/processes_test.ts",
];
/** The others of library and workbook, as arguments of `deno test`; Deno ignores below the first folder only. */
const TOGETHER: readonly string[] = [`--ignore=workbook/bench,${APART.join(",")}`, "workbook", "lib", "testing"];

/**
 * Number of cases of each randomized test with `--long`: 20,250 histories of sessions in all, of two kinds, each on
 * several drivers and the blocking session.
 */
const LONG_CASES = 2_250;

const command = newCommand(
  "deno task test",
  "Runs every check: format, lint, types, library, tools, notebooks, exercises, browser.",
  "Installs what is missing first. Goes on after a failure, and ends with the line: N passed, N failed, N min N s.",
)
  .option("--quick", "only format, lint, types and the pure tests (also: deno task ok)")
  .option(
    "--long",
    `also what takes long: random transactions, histories and schemas with ${LONG_CASES} cases each, the notebooks with ` +
      "each round of answers in a kernel of its own, and three times over in one kernel, the types of the benchmark's peers",
  );

/** Notebooks and tests in parallel need more connections than the default limit of 100. */
const CONNECTIONS_SIDE_BY_SIDE = 200;

async function test(args: string[], stop: AbortSignal): Promise<number> {
  const given = readArguments<{ quick?: boolean; long?: boolean }>(command, args);
  if (!given) return 0;
  const { options } = given;
  if (options.quick && options.long) throw new UsageError("--quick leaves out what --long adds: take one of them.");
  const encoder = new TextEncoder();
  const gate = new Gate((text) => void Deno.stdout.writeSync(encoder.encode(text)), Deno.stdout.isTerminal());
  const step = async (name: string, action: () => Promise<Outcome>) => {
    await gate.step(name, action);
    stop.throwIfAborted();
  };
  const sideBySide = async (steps: readonly Step[], width?: number) => {
    await gate.sideBySide(steps, width);
    stop.throwIfAborted();
  };
  const deno = (...args: string[]) => runDeno(args, stop);
  const tests = async (...args: string[]) => withoutSurprise(await deno("test", "--no-check", ...args));

  // before cells are temporarily written as modules, which are not formatted like files
  await step("format", () => deno("fmt", "--check", "--ignore=notebooks"));
  await step("lint", () => deno("lint", "--ignore=notebooks"));
  // a folder with its own packages, excluded from the global checks
  const peers = "workbook/bench/peers";
  await step("benchmark peers: format", () => deno("fmt", "--check", `--config=${peers}/deno.json`, peers));
  await step("benchmark peers: lint", () => deno("lint", `--config=${peers}/deno.json`, peers));
  const folders = await sourceFolders();
  const files = await exists(notebooksFolder) ? await readNotebooks() : [];
  const exercises = new Map<NotebookFile, Exercise[]>();
  const claims = new Map<NotebookFile, Answer | undefined>();
  for (const file of files) {
    exercises.set(file, await readExercises(file.notebook, solutionsFolder));
    claims.set(file, await readClaims(file.name, claimsFolder));
  }
  /** Returns the variants of a notebook with answers that appear in no other cell. */
  const apart = ({ notebook }: NotebookFile, own: Exercise[]) => [
    solved(notebook, own),
    solvedOtherwise(notebook, own),
    ...mistaken(notebook, own),
  ];
  const sets = files.flatMap((file): CellSet[] => {
    const own = exercises.get(file)!;
    const variants = [claimed(committed(file.notebook, own), claims.get(file)), ...apart(file, own)];
    return variants.map((variant) => ({ name: file.name, variant }));
  });
  const prose = await readProse(files);
  const quick: Step[] = [
    ["types", () => deno("check", ...folders)],
    ["notebooks: types", async () => tell(await checkTypes(sets))],
    ["types: docstrings", () => lintDocs(stop)],
    ["examples in the comments", async () => deno("test", "--doc", "--no-prompt", ...await modulesWithExamples())],
    ["notebooks: format", async () => {
      return tell((await formatCells(files, await writtenPaths())).problems, "deno task notebooks --fmt");
    }],
    ["notebooks: lint", async () => tell(await lintCells(sets))],
    ["notebooks: outputs and answers", async () => await findOmissions(files, exercises)],
    ["texts: minutes", async () => listed(await findWrongTimes(files))],
    ["texts: links", async () => {
      const pages = prose.filter(({ file }) => file === "ARCHITECTURE.md" || file === "CONTRIBUTING.md");
      const missing = pages.map((each) => findMissingFiles(each, ["lib", "workbook"]));
      return listed((await Promise.all([...prose.map((each) => findBrokenLinks(each)), ...missing])).flat());
    }],
    ["library and workbook, without permission", async () => {
      // database tests are ignored here and counted where they run
      const { skipped: _, ...outcome } = await deno("test", "--no-check", "--no-prompt", "--parallel", ...TOGETHER);
      return outcome;
    }],
  ];
  // an installation mostly waits for the network
  const install: Step = ["Python environment", async () => {
    await ensureEnvironment({ stop });
    return { passed: 1, failed: 0 };
  }];
  await sideBySide(options.quick ? quick : [install, ...quick]);
  if (!options.quick) {
    await step("texts: spelling", async () => listed(await findMisspellings(prose, await ensureEnvironment({ stop }))));
    let width = 2;
    await step("PostgreSQL", async () => {
      const url = await databaseUrl();
      await serverVersion(url);
      if (await connectionLimit(url) < CONNECTIONS_SIDE_BY_SIDE) width = 1;
      return { passed: 1, failed: 0 };
    });
    // first each as it is, then each answered: beside itself, the one that opens most connections would open twice as many
    const jobs: Job[] = [
      ...files.map((file) => {
        return { file, variant: claimed(committed(file.notebook, exercises.get(file)!), claims.get(file)) };
      }),
      // they must also work as on a shared machine; running long measurements once is enough
      ...files.map((file) => ({ file, variant: answered(file.notebook, exercises.get(file)!), shared: true })),
    ];
    const { promise: notebooksEnded, resolve: endNotebooks } = Promise.withResolvers<void>();
    // waiting steps leave the machine to others: no check may require it for itself
    await sideBySide([
      ["notebooks and exercises", () => runNotebooks(jobs, stop).finally(endNotebooks)],
      ["library and workbook, with the database", () => tests("-P", "--parallel", ...TOGETHER)],
      ["tools and Jupyter", () => tests("-A", "--ignore=tools/browser_test.ts", "tools", ...APART)],
      ["benchmark", () => tests("-A", "workbook/bench")],
      ["migrations and application", () => tests("-A", "migrations", "app")],
      ["notebooks in the browser", async () => {
        await notebooksEnded; // only one benchmark runs in a database
        return await tests("-A", "tools/browser_test.ts");
      }],
    ], width);
  }
  if (options.long) {
    const random = [
      "lib/engine/drivers/conformance_test.ts",
      "lib/migrate/autogenerate_property_test.ts",
      "lib/orm/relation_history_test.ts",
      "lib/orm/session_history_test.ts",
      "lib/sync/sync_transactions_test.ts",
    ];
    await step("long: random cases", async () => {
      return withoutSurprise(
        await runDeno(["test", "--no-check", "-P", "--parallel", ...random], stop, {
          CASES: String(LONG_CASES),
        }),
      );
    });
    const apartJobs = files.flatMap((file) =>
      apart(file, exercises.get(file)!).map((variant): Job => ({ file, variant }))
    );
    await step("long: each round of answers", () => runNotebooks(apartJobs, stop));
    await step("long: three times in one kernel", async () => {
      const args = ["test", "--no-check", "-A", "workbook/jupyter/thrice_test.ts"];
      return withoutSurprise(await runDeno(args, stop, { THRICE: "all" }));
    });
    await step("long: benchmark peers, types", async () => {
      await installNpmPeers(stop);
      return await tests("-A", "workbook/bench/peers_test.ts");
    });
  }
  const skips = explainSkips(gate.skipped);
  if (skips) console.log(skips);
  console.log(gate.summary);
  return gate.isPassed ? 0 : 1;
}

/** Returns the paths of the files that are cells: answers and claims. */
async function writtenPaths(): Promise<string[]> {
  return [...await answerPaths(solutionsFolder), ...await answerPaths(claimsFolder)];
}

/** Folders with TypeScript; the answers in notebooks/ are parts of cells and checked with them. */
async function sourceFolders(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["lib", "testing", "app", "workbook", "migrations", "tools"]) {
    if (await exists(join(root, folder)) && await holdsTypeScript(join(root, folder))) found.push(folder);
  }
  return found;
}

/**
 * Returns the modules of library and workbook with runnable examples in their comments; each module costs a process
 * start.
 */
async function modulesWithExamples(): Promise<string[]> {
  const files = (await Promise.all(["lib", "workbook"].map((name) => typeScriptFiles(join(root, name))))).flat();
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  return files.filter((_, index) => texts[index].replace(/```\w+ ignore[^]*?```/g, "").includes("```")).map(pattern);
}

/** Returns the TypeScript files of a folder, without tests and other packages. */
async function typeScriptFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && !["std_assert", "node_modules"].includes(name)) {
      found.push(...await typeScriptFiles(join(folder, name)));
    } else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) found.push(join(folder, name));
  }
  return found;
}

async function holdsTypeScript(folder: string): Promise<boolean> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ts")) return true;
    if (entry.isDirectory && await holdsTypeScript(join(folder, entry.name))) return true;
  }
  return false;
}

/** Runs a Deno tool; for `deno test` every test counts, for others the single call. */
async function runDeno(args: string[], stop: AbortSignal, variables: Record<string, string> = {}): Promise<Outcome> {
  const env = { ...Deno.env.toObject(), NO_COLOR: "1", ...variables };
  const { code, stdout, stderr } = await run(Deno.execPath(), args, { cwd: root, env, stop });
  let details = code === 0 ? undefined : [stdout, stderr].join("\n");
  const one = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  const counted = args[0] === "test" ? readTestSummary(stdout) : undefined;
  if (!counted) return { ...one, details };
  if (details) details = details.slice(Math.max(0, details.indexOf("\n ERRORS \n")));
  // a file that fails outside its tests fails the run although no test did
  return { ...counted, failed: code === 0 ? 0 : Math.max(1, counted.failed), details };
}

/** Every public name has a docstring, and its signature names public types. */
async function lintDocs(stop: AbortSignal): Promise<Outcome> {
  const env = { ...Deno.env.toObject(), NO_COLOR: "1" };
  const { stdout, stderr } = await run(Deno.execPath(), ["doc", "--lint", "lib/mod.ts"], { cwd: root, env, stop });
  const files = await typeScriptFiles(join(root, "lib"));
  const source = (await Promise.all(files.map((file) => Deno.readTextFile(file)))).join("\n");
  return listed(docProblems(`${stdout}\n${stderr}`, source));
}

/** Reports skipped tests that no missing optional program explains. */
function withoutSurprise(outcome: Outcome): Outcome {
  const unexpected = unexpectedSkips(outcome.skipped ?? []);
  if (unexpected.length === 0) return outcome;
  const told = unexpected.map((name) => `skipped, although nothing may be missing for it: ${name}`);
  return {
    ...outcome,
    failed: outcome.failed + unexpected.length,
    skipped: outcome.skipped!.filter((name) => !unexpected.includes(name)),
    details: [...told, outcome.details ?? ""].join("\n"),
  };
}

function tell(problems: readonly Problem[], cure?: string): Outcome {
  const details = problems.map(({ where, message }) => `${where}: ${message}`);
  if (cure && problems.some(({ isFormat }) => isFormat)) details.push(`To put it right: ${cure}`);
  return listed(details);
}

async function findOmissions(
  files: readonly NotebookFile[],
  exercises: ReadonlyMap<NotebookFile, Exercise[]>,
): Promise<Outcome> {
  const stale = await findStale(files);
  if (stale.length > 0) stale.push("To put it right: deno task notebooks --write");
  const sentences = [
    ...stale,
    ...files.flatMap((file) => findGaps(file.name, exercises.get(file)!)),
    ...await findOrphans(solutionsFolder, [...exercises.values()].flat()),
  ];
  return listed(sentences);
}

/** Checks the reading times stated in notebooks and README. */
async function findWrongTimes(files: readonly NotebookFile[]): Promise<string[]> {
  const readme = await Deno.readTextFile(join(root, "README.md"));
  const minutes = new Map(files.map(({ name, notebook }) => [name.slice(0, 2), statedMinutes(notebook)]));
  return [
    ...files.flatMap(({ name, notebook }) => findWrongMinutes(name, notebook, readme)),
    ...findWrongRoutes(minutes, readme),
  ];
}

/** Outcome of a single check with these findings. */
function listed(sentences: readonly string[]): Outcome {
  const isGood = sentences.length === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, details: sentences.join("\n") };
}

/** Runs every notebook in every variant; counts each run and each exercise's proof. */
async function runNotebooks(jobs: readonly Job[], stop: AbortSignal): Promise<Outcome> {
  const environment = await ensureEnvironment({ stop });
  const reports = await runJobs(jobs, { environment, stop, cleanUp: dropRunSchemas, measuringToo: true });
  const sentences = reports.flatMap(explainReport);
  const total = reports.length + reports.reduce((sum, { proofs }) => sum + proofs.length, 0);
  const failed = reports.filter(({ problems }) => problems.length > 0).length +
    reports.flatMap(({ proofs }) => proofs).filter(({ expected, said }) => expected !== said).length;
  return { passed: total - failed, failed, details: sentences.join("\n") };
}

function explainReport({ job, problems, proofs, seconds }: Report): string[] {
  const wrong = proofs.filter(({ expected, said }) => expected !== said).map((proof) => explainProof(job, proof));
  const all = [...problems, ...wrong];
  return all.length === 0 ? [] : [`${jobName(job)}, ${seconds.toFixed(1)} s:`, ...all.map((each) => `  ${each}`)];
}

if (import.meta.main) await runTask(test);
