import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { until } from "../../testing/until.ts";
import { ensureEnvironment } from "./environment.ts";
import { StoppedError } from "../errors.ts";
import { answered, committed, mistaken, readExercises, repeated, solved } from "./exercises.ts";
import { makeFixture, notebookOf } from "../../testing/notebook_fixture.ts";
import { type Notebook, type Output, parseNotebook, readNotebooks } from "./notebook.ts";
import { isRunning } from "../processes.ts";
import { findStale, type Job, runJobs } from "./runs.ts";
import { writeOutputs } from "./write_outputs.ts";

const environment = await ensureEnvironment();

function jobOf(notebook: Notebook): Job {
  return { file: { name: "01_try", path: "", text: "", notebook }, variant: committed(notebook, []) };
}

const textOf = (outputs: readonly Output[]) =>
  outputs.map((each) => each.output_type === "stream" ? each.text : "").join();

Deno.test("every variant of a notebook runs on the kernel, and each check says what it must", async () => {
  await using fixture = await makeFixture();
  const [file] = await readNotebooks([], fixture.folder);
  const exercises = await readExercises(file.notebook, fixture.solutions);
  const { notebook } = file;
  const variants = [
    committed(notebook, exercises),
    solved(notebook, exercises),
    ...mistaken(notebook, exercises),
    answered(notebook, exercises),
    repeated(notebook, exercises, 2),
  ];
  const cells: number[] = [];
  const reports = await runJobs(variants.map((variant) => ({ file, variant })), {
    environment,
    folder: fixture.folder,
    onCell: (job, cell) => void (job.variant === variants[0] && cells.push(cell)),
  });
  assertEquals(reports.flatMap(({ problems }) => problems), []);
  assertEquals(reports.map(({ proofs }) => proofs.map(({ said }) => said)), [
    ["TODO"],
    ["PASS"],
    ["NOT YET"],
    ["NOT YET"],
    ["NOT YET"],
    ["NOT YET", "NOT YET", "NOT YET", "PASS", "PASS"],
    ["TODO", "TODO"],
  ]);
  assertEquals(cells, [0, 1, 2, 3, 4]);

  // Stored once, the outputs of a second run change nothing; a changed cell is stale until outputs are stored again.
  const written = await writeOutputs(file, reports[0]);
  assertEquals(written.isReplaced, true);
  const [again] = await runJobs([{ file, variant: variants[0] }], { environment, folder: fixture.folder });
  assertEquals(await writeOutputs({ ...file, notebook: parseNotebook(written.text) }, again), {
    text: written.text,
    isReplaced: false,
  });
  assertEquals(await findStale([file]), []);
  notebook.cells[1].source += "\n";
  assertEquals(await findStale([file]), ["01_fixture.ipynb, code cell 2: its outputs do not belong to this source"]);
  assertEquals((await writeOutputs(file, again)).isReplaced, true);
  assertEquals(await findStale([file]), []);
  assertEquals((await writeOutputs(file, again)).isReplaced, false);
  assertEquals((await writeOutputs(file, again, "always")).isReplaced, true);
});

Deno.test("a run fails on the first error, and names notebook, cell and error", async () => {
  const [{ problems, outputs }] = await runJobs([jobOf(notebookOf("1;", "\nthrow new TypeError('broken');", "3;"))], {
    environment,
  });
  assertEquals(problems.length, 1);
  assertStringIncludes(problems[0], "01_try (as committed), code cell 2 of 3, `throw new TypeError('broken');`");
  assertStringIncludes(problems[0], "TypeError: broken");
  assertEquals(outputs[2], []);
});

Deno.test("a cell that takes too long, and one that ends the kernel, fail the run", async () => {
  const slow = jobOf(notebookOf("await new Promise((resolve) => setTimeout(resolve, 60_000));"));
  const deadly = jobOf(notebookOf("Deno.exit(3);"));
  const [[late], [ended]] = await Promise.all([
    runJobs([slow], { environment, timeout: 1 }),
    runJobs([deadly], { environment }), // it takes a moment until the end of a kernel is noticed
  ]);
  assertMatch(late.problems[0], /longer than 1 s/);
  assertMatch(ended.problems[0], /the kernel ended/);
});

Deno.test("a path of this machine in an output fails the run", async () => {
  const [{ problems }] = await runJobs([jobOf(notebookOf("console.log(Deno.cwd());"))], { environment });
  assertMatch(problems[0], /code cell 1 of 1.*contains a local path/);
});

Deno.test("each run has a number and a progress file of its own; what it left behind can be removed", async () => {
  const source = 'console.log("notebook_01_" + Deno.env.get("WORKBOOK_RUN"), Deno.env.has("WORKBOOK_PROGRESS"));';
  const removed: string[] = [];
  const jobs = [jobOf(notebookOf(source)), jobOf(notebookOf(source))];
  const reports = await runJobs(jobs, { environment, cleanUp: (run) => Promise.resolve(void removed.push(run)) });
  assertEquals(reports.map(({ outputs }) => textOf(outputs[0])), ["notebook_01 true\n", "notebook_01 true\n"]);
  assertEquals(new Set(removed).size, 2);
});

Deno.test("notebooks that measure run alone", async () => {
  const source =
    "const from = Date.now();\nawait new Promise((r) => setTimeout(r, 500));\nconsole.log(from, Date.now());";
  const jobs = [0, 1, 2].map(() => jobOf(notebookOf(source)));
  jobs[0].file.notebook.metadata.workbook = { alone: true };
  const reports = await runJobs(jobs, { environment });
  const spans = reports.map(({ outputs }) => textOf(outputs[0]).trim().split(" ").map(Number));
  assertEquals(spans[0][0] > Math.max(spans[1][1], spans[2][1]), true);
});

Deno.test("where only the checks count, notebooks that measure are the first to run", async () => {
  const order: Job[] = [];
  const jobs = [0, 1, 2].map(() => jobOf(notebookOf("1;")));
  jobs[2].file.notebook.metadata.workbook = { alone: true };
  await runJobs(jobs, { environment, width: 1, measuringToo: true, onReport: ({ job }) => void order.push(job) });
  assertEquals(order.map((job) => jobs.indexOf(job)), [2, 0, 1]);
});

Deno.test("notebooks that measure do not meet one another, also where only the checks count", async () => {
  const order: string[] = [];
  const names = ["measures", "measures again", "another"];
  const jobs = names.map(() => jobOf(notebookOf("await new Promise((r) => setTimeout(r, 3000));")));
  for (const job of jobs.slice(0, 2)) job.file.notebook.metadata.workbook = { alone: true };
  const note = (what: string) => (job: Job) => void order.push(`${names[jobs.indexOf(job)]} ${what}`);
  await runJobs(jobs, {
    environment,
    measuringToo: true,
    onCell: note("began"),
    onReport: ({ job }) => note("ended")(job),
  });
  assertEquals(order.filter((each) => each.startsWith("measures")), [
    ...["measures began", "measures ended", "measures again began", "measures again ended"],
  ]);
  assertEquals(order.indexOf("another began") < order.indexOf("measures again began"), true);
});

Deno.test("a run hears whether it is to measure, or to show what was recorded", async () => {
  const job = jobOf(notebookOf('console.log(Deno.env.get("WORKBOOK_SHARED"));'));
  const reports = await runJobs([job, { ...job, shared: true }], { environment });
  assertEquals(reports.map(({ outputs }) => textOf(outputs[0])), ["0\n", "1\n"]);
});

const onWindows = Deno.build.os === "windows";

Deno.test({
  name: `a run that is stopped leaves no kernel behind, nor what a cell started${onWindows ? " [not on Windows]" : ""}`,
  ignore: onWindows,
  async fn() {
    const marker = await Deno.makeTempFile();
    const controller = new AbortController();
    const source = `const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
Deno.writeTextFileSync(${JSON.stringify(marker)}, String(child.pid));
await child.status;`;
    const running = runJobs([jobOf(notebookOf(source))], { environment, stop: controller.signal });
    await until("the cell runs", async () => await Deno.readTextFile(marker) !== "");
    const pid = await Deno.readTextFile(marker);
    controller.abort(new StoppedError("stopped"));
    await assertRejects(() => running, StoppedError);
    if (Deno.build.os === "linux") await until(`process ${pid} is gone`, async () => !await isRunning(pid));
    await Deno.remove(marker);
  },
});
