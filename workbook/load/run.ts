/**
 * The runs of a load test, from start-up to shutdown.
 *
 * @module
 */
import { SetupError } from "../errors.ts";
import { explainHolders } from "../kernels.ts";
import { type Application, startApplication } from "./applications.ts";
import { coresUsed, type ProcessorTimes, processorTimes } from "./cpu.ts";
import { type LoadDatabase, makeLoadDatabase, type Route, routeTo } from "./database.ts";
import { generate, type Load } from "./generator.ts";
import type { Measured } from "./measurement.ts";
import { loadName, plan, type Run, type Settings } from "./plan.ts";

/** Measurements of one run, and its settings. */
export interface RunResult extends Measured {
  readonly driver: string;
  readonly round: number;
  readonly load: Load;
  /** Delay added to each round trip to the database, and the resulting round-trip time, in milliseconds. */
  readonly delay: number;
  readonly roundTrip: number;
  /** Cores in use, 1 being one core all the time; `null` if not measured. */
  readonly cores: {
    readonly generator: number;
    readonly application: number | null;
    readonly postgres: number | null;
  };
  /** True if the generator was near its limit: the figures are its limit, not the application's. */
  readonly isGeneratorLimit: boolean;
}

/** The generator is single-threaded: above this share of a core, it may itself be late. */
const GENERATOR_LIMIT = 0.85;

/** Load applied to each application before the first run, so that its code is compiled. */
const FIRST_LOAD: Load = { loop: "closed", users: 16, think: [0, 0] };
const FIRST_SECONDS = 2;

/**
 * Called when a run starts.
 * @param left number of runs left, including this one.
 */
export type OnRun = (what: string, left: number) => void;

/** Outcome of a load test. */
export interface LoadResult {
  readonly settings: Settings;
  /** Version of the server. */
  readonly postgres: string;
  readonly runs: readonly RunResult[];
}

/**
 * Starts everything needed, measures, and stops everything in any case.
 * @throws {SetupError} if something does not start, or the server has too few connections.
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
    `${drivers.length} applications × ${workers} workers × ${pool} connections need ${needed}, but the server has ${free} ` +
      `left. ${await explainHolders()}\nOr reduce --drivers, --workers or --pool, or raise max_connections.`,
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
    // a server too busy to answer this shows in the figures; the run continues
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
