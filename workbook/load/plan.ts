/**
 * Which runs there are, in which order: the applications take turns, so that whatever else changes on the machine meanwhile
 * meets all of them.
 *
 * @module
 */
import type { Load } from "./generator.ts";

/** What to run. */
export interface Settings {
  readonly drivers: readonly string[];
  readonly loads: readonly Load[];
  /** Milliseconds added to each round trip between application and database. */
  readonly delays: readonly number[];
  readonly rounds: number;
  /** Seconds that are not measured, then seconds that are, in each run. */
  readonly warmUp: number;
  readonly seconds: number;
  /** Processes of each application, and connections that each of them may have. */
  readonly workers: number;
  readonly pool: number;
  /** The address on which the applications take requests. */
  readonly host: string;
}

/** One load on one application. */
export interface Run {
  readonly round: number;
  readonly load: Load;
  readonly driver: string;
}

/** The runs for one delay, in their order: by rounds, then loads; another application begins each time. */
export function plan({ drivers, loads, rounds }: Pick<Settings, "drivers" | "loads" | "rounds">): Run[] {
  return Array.from({ length: rounds }, (_, round) =>
    loads.flatMap((load, n) => {
      const first = (round + n) % drivers.length;
      const inTurn = [...drivers.slice(first), ...drivers.slice(0, first)];
      return inTurn.map((driver): Run => ({ round: round + 1, load, driver }));
    })).flat();
}

/** For example `closed, 16 users` or `open, 200 requests/s`. */
export function loadName(load: Load): string {
  if (load.loop === "open") return `open, ${load.rate} requests/s`;
  return `closed, ${load.users} ${load.users === 1 ? "user" : "users"}`;
}
