/**
 * A single application process: serves requests until told to stop, then finishes those in progress.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { onStopSignal } from "../lib/base/stop_signals.ts";
import { createApplication } from "./application.ts";
import { LineLog } from "./request_log.ts";
import { readDatabaseUrl, readSettings, type Settings } from "./settings.ts";

/** The driver-specific parts of an application; see `main_pg.ts`. */
export interface Backend {
  readonly routes: OpenAPIHono;
  readonly ping: () => unknown;
  /** Closes the connections. */
  readonly close: () => Promise<void> | void;
}

/** Grace period for requests in progress after a stop signal, in milliseconds. */
const DRAIN = 10_000;

/**
 * Serves until SIGTERM or SIGINT. Several processes can share a port; the operating system distributes connections
 * among them.
 * @param open connects to the database at this URL.
 */
export async function serve(open: (url: string, settings: Settings) => Backend): Promise<void> {
  const environment = Deno.env.toObject();
  const settings = readSettings(environment);
  const backend = open(readDatabaseUrl(environment), settings);
  await using log = new LineLog(writeOut);
  const application = createApplication({
    routes: backend.routes,
    ping: backend.ping,
    bodyLimit: settings.bodyLimit,
    log: settings.requestLog ? log.log : undefined,
  });
  const { host: hostname, port, reusePort } = settings;
  const stop = new AbortController();
  const onListen = ({ hostname, port }: Deno.NetAddr) => console.error(`listening on http://${hostname}:${port}`);
  const server = Deno.serve({ hostname, port, reusePort, signal: stop.signal, onListen }, application.fetch);
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const drain = () => {
    deadline ??= setTimeout(() => stop.abort(), DRAIN);
    void server.shutdown();
  };
  {
    using _listening = onStopSignal(drain);
    await server.finished;
  }
  clearTimeout(deadline);
  await backend.close();
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
