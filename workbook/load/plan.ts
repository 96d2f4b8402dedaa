/**
 * The runs of a load test in order: the applications take turns, so that changes in the machine's load affect all of
 * them.
 *
 * @module
 */
import type { Load } from "./generator.ts";

/** Settings of a load test. */
export interface Settings {
  readonly drivers: readonly string[];
  readonly loads: readonly Load[];
  /** Delays added to each round trip between application and database, in milliseconds. */
  readonly delays: readonly number[];
  readonly rounds: number;
  /** Warm-up and measured time of each run, in seconds. */
  readonly warmUp: number;
  readonly seconds: number;
  /** Number of processes of each application, and pool size of each process. */
  readonly workers: number;
  readonly pool: number;
  /** Address the applications listen on. */
  readonly host: string;
}

/** One load on one application. */
export interface Run {
  readonly round: number;
  readonly load: Load;
  readonly driver: string;
}

/** Returns the runs for one delay in order: by round, then load, starting with another application each time. */
export function plan({ drivers, loads, rounds }: Pick<Settings, "drivers" | "loads" | "rounds">): Run[] {
  return Array.from({ length: rounds }, (_, round) =>
    loads.flatMap((load, n) => {
      const first = (round + n) % drivers.length;
      const inTurn = [...drivers.slice(first), ...drivers.slice(0, first)];
      return inTurn.map((driver): Run => ({ round: round + 1, load, driver }));
    })).flat();
}

/** Formats a load, for example `closed, 16 users` or `open, 200 requests/s`. */
export function loadName(load: Load): string {
  if (load.loop === "open") return `open, ${load.rate} requests/s`;
  return `closed, ${load.users} ${load.users === 1 ? "user" : "users"}`;
}
