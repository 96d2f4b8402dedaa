/**
 * `deno task bench`: raw drivers and this library (and its peers), all doing the same work, measured in turns.
 *
 * @module
 */
import { join } from "node:path";
import { EngineUrl } from "../lib/engine/url.ts";
import { masked } from "../lib/workbook/connection_url.ts";
import { databaseUrl, serverVersion } from "../lib/workbook/database_url.ts";
import { withFixture } from "./bench/fixture.ts";
import { measureOperation } from "./bench/measure.ts";
import { delayed, roundTripTime } from "./bench/network.ts";
import { type Operation, operations } from "./bench/operations.ts";
import { ProgressLine } from "./bench/progress.ts";
import { comparisonText, digits, operationText, roundTripText } from "./bench/report.ts";
import { compareRuns, type OperationResult, readRun, type RunResult, writeRun } from "./bench/result_file.ts";
import { startContestants } from "./bench/start.ts";
import { readOptions, runTask, secondsSince } from "./jupyter/command_line.ts";
import { UsageError } from "./jupyter/errors.ts";
import { root } from "./jupyter/paths.ts";

const help = `Measures raw drivers and this library doing the same work on the same rows, in turns.

usage: deno task bench [--quick] [--only NAME …] [--delay MS] [--json FILE] [--compare FILE]

  --quick         fewer and shorter rounds, no round trips counted: less than two minutes, wider intervals
  --only NAME     only the operations whose names begin so; can be given several times:
                  ${
  operations.map(({ name }) => name).join(", ").replace(/(.{1,90})(?:, |$)/g, "$1,\n                  ").trim().replace(
    /,$/,
    "",
  )
}
  --delay MS      makes each round trip MS milliseconds longer: a proxy holds everything back for half of that in
                  each direction (default 0: no proxy)
  --json FILE     writes the result to a file
  --compare FILE  shows what moved against the result of an earlier run

Each contestant runs in a process of its own and is checked on the rows before it is measured. A ratio is that of two
medians in the same round; its interval holds the true median with 95% certainty. No winner is named where intervals
overlap. The tables lie in a schema of their own, workbook_bench, which is dropped at the end.`;

const thorough = { rounds: 30, milliseconds: 15, warmUp: 500 };
const quick = { rounds: 12, milliseconds: 6, warmUp: 300 };

async function bench(args: string[], stop: AbortSignal): Promise<number> {
  const { values } = readOptions(args, {
    quick: { type: "boolean" },
    only: { type: "string", multiple: true },
    delay: { type: "string", default: "0" },
    json: { type: "string" },
    compare: { type: "string" },
    help: { type: "boolean", short: "h" },
  }, "bench");
  if (values.help) {
    console.log(help);
    return 0;
  }
  const delay = readDelay(values.delay);
  const chosen = choose(values.only ?? []);
  const earlier = values.compare === undefined ? undefined : await readRun(values.compare);
  const settings = { ...(values.quick ? quick : thorough), delay };
  const started = performance.now();
  const line = new ProgressLine();
  const server = await databaseUrl({ onProgress: (message) => line.show(message) });
  const postgres = await serverVersion(server);

  const result = await withFixture(server, async (fixture): Promise<RunResult> => {
    line.show("starting the contestants");
    await using contestants = await startContestants(stop);
    await using network = delay > 0 ? await delayed(fixture.url, delay) : undefined;
    const url = network?.url ?? fixture.url;
    const versions = [
      `PostgreSQL ${postgres}`,
      `Deno ${Deno.version.deno}`,
      `V8 ${Deno.version.v8}`,
      ...await packageVersions(contestants.all.flatMap(({ packages }) => packages)),
    ];
    const notes = contestants.all.flatMap(({ notes }) => notes);
    const isCounted = !values.quick && !EngineUrl.parse(fixture.url).isSocket;
    line.clear();
    console.log([
      versions.join(", "),
      `${masked(server)}: a round trip takes ${digits(await roundTripTime(url))} ms` +
      (delay > 0 ? `, of which ${delay} ms are a delay made by a proxy, half in each direction` : ""),
      `each contestant warms up for ${settings.warmUp} ms; then ${settings.rounds} rounds, in each a turn of ` +
      `${settings.milliseconds} ms (one call at least) for each; pools of one connection, of ten for the concurrent gets; garbage ` +
      "is not collected on purpose",
      ...notes.map((note) => `- ${note}`),
      "",
    ].join("\n"));
    const results: OperationResult[] = [];
    for (const [index, operation] of chosen.entries()) {
      const onProgress = (message: string) =>
        line.show(`${index + 1} of ${chosen.length}  ${operation.name}: ${message}  (${secondsSince(started)})`);
      const options = { ...settings, url, isCounted, stop, onProgress };
      const measured = await measureOperation(operation, contestants.all, fixture, options);
      line.clear();
      console.log(operationText(measured) + "\n");
      results.push(measured);
    }
    return { format: 1, made: new Date().toISOString(), versions, settings, notes, operations: results };
  }).catch((error) => {
    line.clear();
    throw error;
  });

  const trips = roundTripText(result.operations);
  if (trips) console.log(trips + "\n");
  if (earlier) {
    console.log(comparisonText(compareRuns(earlier, result), earlier.settings, result.settings) + "\n");
  }
  if (values.json !== undefined) {
    await writeRun(values.json, result);
    console.log(`Written to ${values.json}.`);
  }
  console.log(`Measured in ${secondsSince(started)}.`);
  return 0;
}

/** Reads `--delay`; throws `UsageError` when it is no number of milliseconds. */
function readDelay(text: string): number {
  const delay = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && delay <= 1_000) return delay;
  throw new UsageError(`--delay takes milliseconds from 0 to 1000, not "${text}".`);
}

function choose(names: readonly string[]): readonly Operation[] {
  for (const name of names) {
    if (operations.some((operation) => operation.name.startsWith(name))) continue;
    throw new UsageError(`There is no operation "${name}". See: deno task bench --help`);
  }
  if (names.length === 0) return operations;
  return operations.filter((operation) => names.some((name) => operation.name.startsWith(name)));
}

/** For example "pg 8.23.1". */
async function packageVersions(packages: readonly string[]): Promise<string[]> {
  return await Promise.all([...new Set(packages)].map(async (name) => {
    const text = await Deno.readTextFile(join(root, "node_modules", name, "package.json"));
    return `${name} ${JSON.parse(text).version}`;
  }));
}

if (import.meta.main) await runTask(bench);
