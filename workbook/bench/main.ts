/**
 * `deno task bench`: raw drivers, this library and (optionally) comparable libraries doing the same work, measured in
 * turns.
 *
 * @module
 */
import { EngineUrl } from "../../lib/engine/url.ts";
import type { OperationResult, RunResult } from "../bench_record.ts";
import { masked } from "../connection_url.ts";
import { databaseUrl, serverVersion } from "../database_url.ts";
import { measureStarts, measureStream } from "./cold.ts";
import { type Fixture, withFixture } from "./fixture.ts";
import { measureKernels } from "./kernels.ts";
import { measureOperation } from "./measure.ts";
import { delayed } from "./network.ts";
import { roundTripTime } from "../network/round_trip_time.ts";
import { isCounted, isOfSize } from "./operations.ts";
import { type Options, readBenchOptions } from "./options.ts";
import { peerCommands } from "./peers.ts";
import { ProgressLine } from "./progress.ts";
import type { RemoteContestant } from "./remote.ts";
import { comparisonText, deviations, digits, operationText, roundTripText } from "./report.ts";
import { compareRuns, readRun, writeRun } from "./result_file.ts";
import { ownCommands, startContestants } from "./start.ts";
import { runTask, secondsSince } from "../command_line.ts";

/**
 * Runs the benchmark.
 * @param args arguments after `deno task bench`.
 * @returns the exit status.
 */
export async function bench(args: string[], stop: AbortSignal): Promise<number> {
  const options = readBenchOptions(args);
  if (!options) return 0;
  const earlier = options.compare === undefined ? undefined : await readRun(options.compare);
  const started = performance.now();
  const line = new ProgressLine();
  const server = await databaseUrl({ onProgress: (message) => line.show(message) });
  const peers = options.peers ? await peerCommands((message) => line.show(message), stop) : { commands: [], notes: [] };

  const result = await withFixture(server, async (fixture): Promise<RunResult> => {
    line.show("starting the contestants");
    await using contestants = await startContestants([...ownCommands(), ...peers.commands], stop);
    const { all } = contestants;
    const versions = [
      `PostgreSQL ${await serverVersion(server)}`,
      `Deno ${Deno.version.deno}`,
      `V8 ${Deno.version.v8}`,
      ...new Set(all.flatMap(({ packages }) => packages)),
    ];
    const notes = [...deviations(all), ...peers.notes];
    line.clear();
    const { rounds, limit, milliseconds, warmUp } = options.lengths;
    console.log([
      versions.join(", "),
      `each contestant warms up for ${warmUp} ms; a pilot says how many rounds are needed, at most ${rounds}, and as ` +
      `many as take ${limit / 1_000} s, but six; ` +
      `in each a turn of ${milliseconds} ms (one call at least) for each; pools of one connection, of ten for the ` +
      "concurrent gets; garbage collection is not forced",
      ...notes.map((note) => `- ${note}`),
    ].join("\n"));
    const operations: OperationResult[] = [];
    const network: { delay: number; milliseconds: number }[] = [];
    for (const [index, delay] of options.delays.entries()) {
      await using way = delay > 0 ? await delayed(fixture.url, delay) : undefined;
      const url = way?.url ?? fixture.url;
      if (index > 0) await fixture.reset(); // rows modified by one operation would be read by the next
      const milliseconds = await roundTripTime(url);
      network.push({ delay, milliseconds });
      console.log(
        `\n${masked(server)}: a round trip takes ${digits(milliseconds)} ms` +
          (delay > 0 ? `, of which ${delay} ms are added by a proxy, on the way to the server` : "") + "\n",
      );
      const tell = (name: string, message: string) =>
        line.step(name, `${name}: ${message}  (${secondsSince(started)})`);
      for await (
        const measured of measureAll(options, { url, delay, isFirst: index === 0 }, all, fixture, tell, stop)
      ) {
        line.clear();
        console.log(operationText(measured) + "\n");
        operations.push(measured);
      }
    }
    return {
      format: 2,
      made: new Date().toISOString(),
      versions,
      network,
      settings: options.lengths,
      notes,
      operations,
    };
  }).catch((error) => {
    line.clear();
    throw error;
  });

  const trips = roundTripText(result.operations);
  if (trips) console.log(trips + "\n");
  if (earlier) console.log(comparisonText(compareRuns(earlier, result)) + "\n");
  if (options.json !== undefined) {
    await writeRun(options.json, result);
    console.log(`Written to ${options.json}.`);
  }
  console.log(`Measured in ${secondsSince(started)}.`);
  return 0;
}

/** A route to the server. */
interface Way {
  readonly url: string;
  readonly delay: number;
  /** Measurements independent of the route run on the first one only. */
  readonly isFirst: boolean;
}

async function* measureAll(
  options: Options,
  { url, delay, isFirst }: Way,
  contestants: readonly RemoteContestant[],
  fixture: Fixture,
  tell: (name: string, message: string) => void,
  stop: AbortSignal,
): AsyncGenerator<OperationResult> {
  const { lengths, cold } = options;
  const chosen = options.operations.filter((operation) => isFirst || !isOfSize(operation));
  const mayCount = options.isCounted && isFirst && !EngineUrl.parse(fixture.url).isSocket;
  for (const [index, operation] of chosen.entries()) {
    const name = `[${index + 1} of ${chosen.length}] ${operation.name}`;
    yield await measureOperation(operation, contestants, fixture, {
      ...lengths,
      url,
      delay,
      isCounted: mayCount && isCounted(operation),
      stop,
      onProgress: (message) => tell(name, message),
    });
  }
  const common = {
    rounds: lengths.coldRounds,
    limit: lengths.coldLimit,
    url,
    delay,
    stop,
  };
  const telling = (name: string) => ({ ...common, onProgress: (message: string) => tell(`[${name}]`, message) });
  if (cold.includes("first-query") || isFirst && cold.includes("import")) {
    const starts = await measureStarts(contestants, fixture, telling("new processes"));
    for (const each of starts) if (isFirst || each.name !== "import") yield each;
  }
  if (isFirst && cold.some((name) => name.endsWith("-kernel"))) {
    const starts = await measureKernels(fixture, telling("new kernels"));
    for (const each of starts) if (cold.some((name) => name === each.name)) yield each;
  }
  if (isFirst && cold.includes("stream")) {
    yield await measureStream(contestants, fixture, telling("stream"));
  }
}

if (import.meta.main) await runTask(bench);
