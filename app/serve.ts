/**
 * A single application process: serves requests until told to stop, then finishes those in progress.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { onStopSignal } from "../lib/base/stop_signals.ts";
import { settledWithin } from "../lib/base/within.ts";
import { InvalidUrlError, type PoolStatus } from "../lib/mod.ts";
import { createApplication } from "./application.ts";
import { DatabaseState } from "./database_state.ts";
import { troubleOf } from "./database_trouble.ts";
import { LineLog } from "./request_log.ts";
import { readDatabaseUrl, readSettings, type Settings, SettingsError } from "./settings.ts";
import { Traffic } from "./traffic.ts";

/** The driver-specific parts of an application; see `main_pg.ts`. */
export interface Backend {
  readonly routes: OpenAPIHono;
  readonly ping: () => unknown;
  readonly pool: () => PoolStatus;
  /** Closes the connections: with `force` also those in use. */
  readonly close: (options: { readonly force: boolean }) => Promise<void> | void;
}

/** How long to accept further connections after a stop signal while there are any, in milliseconds. */
const LAST_CALL = 1_000;
/** How long requests that were cut off have to answer, in milliseconds. */
const LAST_ANSWERS = 300;
/** Interval at which the last call looks for requests, in milliseconds, and how often it must have found none. */
const LOOK = 10;
const QUIET = 5;

/**
 * Serves until SIGTERM or SIGINT, and ends the process. Several processes can share a port; the operating system
 * distributes connections among them.
 * @param open connects to the database at this URL.
 */
export async function serve(
  open: (url: string, settings: Settings, database: DatabaseState) => Backend,
): Promise<never> {
  const environment = Deno.env.toObject();
  const database = new DatabaseState();
  const { settings, backend } = orSentence(() => {
    const settings = readSettings(environment);
    return { settings, backend: open(readDatabaseUrl(environment), settings, database) };
  });
  const log = new LineLog(writeOut);
  const traffic = new Traffic();
  const application = createApplication({
    ...backend,
    ...settings,
    database,
    traffic,
    log: settings.requestLog ? log.log : undefined,
  });
  const { host: hostname, port, reusePort } = settings;
  const server = orSentence(() =>
    Deno.serve({ hostname, port, reusePort, onListen: (address) => announce(address) }, application.fetch)
  );
  const stopped = Promise.withResolvers<void>();
  using _listening = onStopSignal(() => stopped.resolve());
  void sayWhatIsWrong(backend, database);
  await stopped.promise;
  const { isDone, end } = await drain(server, traffic, settings.stopTimeout);
  if (!isDone) {
    const seconds = settings.stopTimeout / 1000;
    console.error(`after ${seconds} s cutting off ${traffic.inProgress} requests, and clients that sent half of one`);
  }
  await backend.close({ force: !isDone });
  await settledWithin(LAST_ANSWERS, end); // requests whose statements were cancelled answer 503
  await log[Symbol.asyncDispose]();
  Deno.exit(0); // closes the sockets of clients that sent half a request, or do not read
}

/** Asks the database once, so that the log says from the start what is wrong with it, if anything. */
async function sayWhatIsWrong({ ping }: Backend, database: DatabaseState): Promise<void> {
  try {
    await database.watch(ping);
  } catch (error) {
    if (!troubleOf(error)) console.error(error);
  }
}

/**
 * Lets the requests in progress finish: those that have arrived, and those of connections that were accepted already.
 * @param limit milliseconds.
 * @returns whether all have, and the end of the server, for which some clients may let it wait.
 */
async function drain(
  server: Deno.HttpServer,
  traffic: Traffic,
  limit: number,
): Promise<{ isDone: boolean; end: Promise<void> }> {
  const deadline = performance.now() + limit;
  traffic.isStopping = true; // clients of open connections are told to leave with their next response
  await lastCall(traffic, Math.min(LAST_CALL, limit));
  const end = server.shutdown();
  return { isDone: await settledWithin(Math.max(0, deadline - performance.now()), end), end };
}

/**
 * Waits until no request has begun for a while. The system accepts connections before the program does, and resets
 * those that wait when the program stops listening: while a blocking handler runs, they are many.
 * @param limit milliseconds.
 */
async function lastCall(traffic: Traffic, limit: number): Promise<void> {
  const end = performance.now() + limit;
  for (let quiet = 0; quiet < QUIET && performance.now() < end;) {
    const { begun } = traffic;
    const before = performance.now();
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const wasBlocked = performance.now() - before > 2 * LOOK;
    quiet = traffic.begun === begun && traffic.inProgress === 0 && !wasBlocked ? quiet + 1 : 0;
  }
}

/** Runs what may fail because of a setting; then prints the reason as a sentence and ends the process. */
function orSentence<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isOfSettings = error instanceof SettingsError || error instanceof InvalidUrlError;
    const isOfAddress = error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.AddrNotAvailable;
    if (!isOfSettings && !isOfAddress) throw error;
    console.error(isOfAddress ? `Cannot listen on HOST and PORT: ${error.message}.` : error.message);
    Deno.exit(2);
  }
}

/** Prints the addresses of the application and of its documentation. */
function announce({ hostname, port }: Deno.NetAddr): void {
  const origin = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  console.error(`listening on ${origin}\ndocumentation at ${origin}/docs`);
}

/** Writes to standard output without blocking the thread, even when nobody reads it, or the reader has gone. */
async function writeOut(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
