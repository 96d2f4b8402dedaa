/**
 * The runs of a load test, from the first process to the last.
 *
 * @module
 */
import { SetupError } from "../errors.ts";
import { type Application, startApplication } from "./applications.ts";
import { coresUsed, type ProcessorTimes, processorTimes } from "./cpu.ts";
import { type LoadDatabase, makeLoadDatabase, type Route, routeTo } from "./database.ts";
import { generate, type Load } from "./generator.ts";
import type { Measured } from "./measurement.ts";
import { loadName, plan, type Run, type Settings } from "./plan.ts";

/** What one run measured, and where. */
export interface RunResult extends Measured {
  readonly driver: string;
  readonly round: number;
  readonly load: Load;
  /** Milliseconds added to each round trip to the database, and how long one took then. */
  readonly delay: number;
  readonly roundTrip: number;
  /** Cores that were at work, 1 being one core all the time; `null`: not measured. */
  readonly cores: {
    readonly generator: number;
    readonly application: number | null;
    readonly postgres: number | null;
  };
  /** True when the generator could hardly do more: the figures are its limit, not the application's. */
  readonly isGeneratorLimit: boolean;
}

/** The generator works on one thread: more than this share of a core, and it may be late itself. */
const GENERATOR_LIMIT = 0.85;

/** Before the first run, each application gets this, so that its code is compiled for what comes. */
const FIRST_LOAD: Load = { loop: "closed", users: 16, think: [0, 0] };
const FIRST_SECONDS = 2;

/**
 * Is told which run begins.
 * @param left runs, this one included.
 */
export type OnRun = (what: string, left: number) => void;

/** The outcome of a load test. */
export interface LoadResult {
  readonly settings: Settings;
  /** Of the server. */
  readonly postgres: string;
  readonly runs: readonly RunResult[];
}

/**
 * Starts what is needed, measures, and ends all of it, whatever happens.
 *
 * @throws {SetupError} when something does not start, or the server has not enough connections.
 */
export async function runAll(settings: Settings, onRun: OnRun, stop: AbortSignal): Promise<LoadResult> {
  await using database = await makeLoadDatabase();
  await requireConnections(database, settings);
  const runs: RunResult[] = [];
  const order = plan(settings);
  let left = order.length * settings.delays.length;
  for (const delay of settings.delays) {
    stop.throwIfAborted();
    await using route = await routeTo(database.url, delay);
    await using applications = new AsyncDisposableStack();
    const byDriver = new Map<string, Application>();
    for (const driver of settings.drivers) {
      onRun(`${driver}, ${delay} ms: starting`, left);
      stop.throwIfAborted();
      const application = applications.use(await startApplication(driver, { ...settings, url: route.url }));
      byDriver.set(driver, application);
      const first = { warmUp: 0, seconds: FIRST_SECONDS };
      await runOne({ round: 0, load: FIRST_LOAD, driver }, { application, database, route, delay, ...first, stop });
    }
    for (const run of order) {
      onRun(`${loadName(run.load)}, ${delay} ms, round ${run.round}: ${run.driver}`, left--);
      const application = byDriver.get(run.driver)!;
      runs.push(await runOne(run, { application, database, route, delay, ...settings, stop }));
    }
  }
  return { settings, postgres: database.version, runs };
}

async function requireConnections(database: LoadDatabase, { drivers, workers, pool }: Settings): Promise<void> {
  const [free, needed] = [await database.freeConnections(), drivers.length * workers * pool];
  if (needed <= free) return;
  throw new SetupError(
    `${drivers.length} applications × ${workers} workers × ${pool} connections are ${needed}, and the server has ${free} ` +
      "left. Take fewer with --drivers, --workers or --pool, or raise max_connections.",
  );
}

interface Place {
  readonly application: Application;
  readonly database: LoadDatabase;
  readonly route: Route;
  readonly delay: number;
  readonly warmUp: number;
  readonly seconds: number;
  readonly stop: AbortSignal;
}

async function runOne({ driver, round, load }: Run, place: Place): Promise<RunResult> {
  const { application: { hostname, port, pids }, database, seconds, warmUp } = place;
  await database.reset();
  const times = async () => ({
    application: await processorTimes(pids, "deno"),
    // a server too busy to answer this shows in the figures; the run goes on
    postgres: await processorTimes(await database.backends().catch(() => []), "postgres"),
  });
  const samples: ReturnType<typeof times>[] = [];
  const sample = () => void samples.push(times());
  const order = { hostname, port, load, warmUp, seconds, seed: round };
  const { processorSeconds, ...measured } = await generate(order, { measuring: sample, measured: sample }, place.stop);
  const [before, after] = await Promise.all(samples);
  const cores = (name: "application" | "postgres") => difference(before[name], after[name], seconds);
  const generator = processorSeconds / seconds;
  return {
    driver,
    round,
    load,
    delay: place.delay,
    roundTrip: place.route.roundTrip,
    ...measured,
    cores: { generator, application: cores("application"), postgres: cores("postgres") },
    isGeneratorLimit: generator > GENERATOR_LIMIT,
  };
}

function difference(before: ProcessorTimes | undefined, after: ProcessorTimes | undefined, seconds: number) {
  return before && after ? coresUsed(before, after, seconds) : null;
}
