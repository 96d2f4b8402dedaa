/**
 * `deno task load`: the load test of the applications.
 *
 * Existing npm tools do not fit: autocannon (9.0) rounds latencies to whole milliseconds, and at a fixed rate corrects
 * its figures afterwards instead of sending on time; loadtest (8.2) counts whole milliseconds in a list, without a
 * histogram; artillery and the wrappers of k6 and wrk2 need other programs or accounts. None follows a POST by a GET of
 * the created resource while keeping a rate. See `loops.ts` for the generator used here.
 * @module
 */
import { availableParallelism } from "node:os";
import { runTask } from "../command_line.ts";
import { readLoadOptions } from "./options.ts";
import { RunProgress } from "./progress.ts";
import { runAll } from "./run.ts";
import { table } from "./table.ts";

/** Time to reset the data and to start a generator, in seconds. */
const AROUND_A_RUN = 0.7;

/**
 * Runs the load test.
 * @param args arguments after `deno task load`.
 * @returns the exit status.
 */
export async function load(args: string[], stop: AbortSignal): Promise<number> {
  const asked = readLoadOptions(args);
  if (!asked) return 0;
  const { settings, json } = asked;
  const { drivers, loads, delays, rounds, warmUp, seconds, workers, pool } = settings;
  const total = drivers.length * loads.length * delays.length * rounds;
  const started = new Date().toISOString();
  using progress = new RunProgress(total, warmUp + seconds + AROUND_A_RUN);
  const result = await runAll(settings, progress.tell, stop);
  progress[Symbol.dispose]();
  const machine = { os: Deno.build.os, cores: availableParallelism(), deno: Deno.version.deno };
  if (json) await Deno.writeTextFile(json, `${JSON.stringify({ started, machine, ...result }, null, 2)}\n`);
  for (const line of table(result.runs)) console.log(line);
  const trips = new Map(result.runs.map(({ delay, roundTrip }) => [delay, `${delay} ms: ${roundTrip.toFixed(2)} ms`]));
  console.log(`Round-trip time to the database, with a delay of ${[...trips.values()].join(", ")}.`);
  console.log(
    `${workers} ${workers === 1 ? "process" : "processes"} and ${pool} connections each; ${rounds} ${
      rounds === 1 ? "round" : "rounds"
    } of ${seconds} s; ` +
      `${machine.cores} cores, Deno ${machine.deno}, PostgreSQL ${result.postgres}.`,
  );
  return 0;
}

if (import.meta.main) await runTask(load);
