/**
 * Ways to the server: directly, with a delay, or past a counter of round trips.
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
 * The same database at another address.
 * @throws {UsageError} the server listens on a Unix socket or wants TLS.
 */
export function withAddress(url: string, port: number): string {
  const { isSocket, sslMode } = EngineUrl.parse(url);
  if (isSocket || sslMode.startsWith("verify")) {
    throw new UsageError("--delay needs a server that is reached over TCP, without a check of its certificate.");
  }
  return withoutDriver(url).replace(/^(\w+:\/\/(?:[^@/?]*@)?)[^/?]*/, `$1127.0.0.1:${port}`);
}

/** A delay between client and server. */
export interface Delayed extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts the process that delays.
 *
 * @param milliseconds by which a round trip takes longer: each direction takes half of it.
 */
export async function delayed(url: string, milliseconds: number): Promise<Delayed> {
  const { host, port } = EngineUrl.parse(url);
  withAddress(url, 0); // refuses before a process is started
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
  const late = () => new Error("The proxy that delays did not start within a minute.");
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

/** A counter of round trips, and the address that leads past it. */
export function counted(url: string): { counter: RoundTripCounter; url: string } {
  withAddress(url, 0);
  const counter = new RoundTripCounter(EngineUrl.parse(url));
  return { counter, url: withAddress(url, counter.url.port) };
}

/** Milliseconds of a round trip: the median of 100 queries that do nothing. */
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
