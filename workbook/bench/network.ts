/**
 * Routes to the server: direct, with a delay, or through a round-trip counter.
 *
 * @module
 */
import { join } from "node:path";
import { lines } from "../../lib/base/lines.ts";
import { RoundTripCounter } from "../network/round_trips.ts";
import { EngineUrl } from "../../lib/engine/url.ts";
import { withClient } from "../admin_client.ts";
import { withoutDriver } from "../connection_url.ts";
import { within } from "../../lib/base/within.ts";
import { UsageError } from "../errors.ts";

/**
 * Returns the URL of the same database at another address.
 * @throws {UsageError} if the server listens on a Unix socket or requires TLS.
 */
export function withAddress(url: string, port: number): string {
  const { isSocket, sslMode } = EngineUrl.parse(url);
  if (isSocket || sslMode.startsWith("verify")) {
    throw new UsageError("--delay requires a server reached over TCP without certificate verification.");
  }
  return withoutDriver(url).replace(/^(\w+:\/\/(?:[^@/?]*@)?)[^/?]*/, `$1127.0.0.1:${port}`);
}

/** A delayed route to the server. */
export interface Delayed extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts the delay proxy.
 * @param milliseconds added to each round trip, half in each direction.
 */
export async function delayed(url: string, milliseconds: number): Promise<Delayed> {
  const { host, port } = EngineUrl.parse(url);
  withAddress(url, 0); // fails before a process is started
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      join(import.meta.dirname!, "delay_proxy.ts"),
      host,
      `${port}`,
      `${milliseconds / 2}`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = lines(child.stdout);
  const late = () => new Error("The delay proxy did not start within a minute.");
  const { value } = await within(60_000, output.next(), late).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });
  return {
    url: withAddress(url, Number(value)),
    async [Symbol.asyncDispose]() {
      await child.stdin.close().catch(() => {});
      await output.return(undefined);
      await child.status;
    },
  };
}

/** Creates a round-trip counter, and the URL that leads through it. */
export function counted(url: string): { counter: RoundTripCounter; url: string } {
  withAddress(url, 0);
  const counter = new RoundTripCounter(EngineUrl.parse(url));
  return { counter, url: withAddress(url, counter.url.port) };
}

/** Returns the median round-trip time of 100 empty queries, in milliseconds. */
export async function roundTripTime(url: string): Promise<number> {
  return await withClient(url, async (client) => {
    const times: number[] = [];
    for (let query = 0; query < 100; query++) {
      const started = performance.now();
      await client.query("SELECT 1");
      times.push(performance.now() - started);
    }
    return times.toSorted((a, b) => a - b)[50];
  });
}
