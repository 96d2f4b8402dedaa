/**
 * Options of `deno task load`.
 *
 * @module
 */
import { DRIVERS } from "../../app/drivers.ts";
import { readOptions } from "../command_line.ts";
import { UsageError } from "../errors.ts";
import type { Load } from "./generator.ts";
import type { Settings } from "./plan.ts";

/** Number of connections in the open loop. */
const CONNECTIONS = 64;

/** Text of `--help`. */
export const help = `Load tests the applications, in turn.

usage: deno task load [--quick] [--json FILE] [options]

  --quick          a short form: users 1,16,64, rate 200, delay 0,1, two rounds of 1.5 s (under 3 minutes)
  --json FILE      all results as JSON, too

  --drivers LIST   the applications (${DRIVERS.join(",")})
  --loop LIST      closed, open or both: closed,open (both)
  --users LIST     users in the closed loop, who wait for each answer (1,4,16,64,256)
  --think RANGE    seconds that a user waits before each task: 0, or 1-5 (0)
  --rate LIST      requests a second in the open loop, which come whatever the answers do (100,400,1600)
  --delay LIST     milliseconds added to each round trip between application and database (0,1,5)
  --rounds N       how often all is repeated (3)
  --seconds N      measured seconds of each run (5), after --warm-up N that are left out (2)
  --workers N      processes of each application (1)
  --pool N         connections of each process (10)
  --host ADDRESS   where the applications take requests (127.0.0.1)

The users GET /toys (100), GET /users (100), POST /toys and GET the new one (50), POST /users and GET the new one (25):
the numbers say how often. Each run begins with the same rows, in a database of its own that is dropped at the end. In
the open loop the time of a request counts from when it was due, and there are up to ${CONNECTIONS} connections.
The database is that of DATABASE_URL, or else the local one. Ctrl-C ends everything that was started.`;

/** Parsed options. */
export interface Asked {
  readonly settings: Settings;
  /** File for the results as JSON. */
  readonly json?: string;
}

const QUICK = { users: "1,16,64", rate: "200", delay: "0,1", rounds: "2", seconds: "1.5", "warm-up": "0.5" };
const FULL = {
  users: "1,4,16,64,256",
  rate: "100,400,1600",
  delay: "0,1,5",
  rounds: "3",
  seconds: "5",
  "warm-up": "2",
};

const text = { type: "string" } as const;

/**
 * Parses the options.
 * @returns `undefined` for `--help`.
 * @throws {UsageError}
 */
export function readLoadOptions(args: string[]): Asked | undefined {
  const { values, positionals } = readOptions(args, {
    quick: { type: "boolean" },
    json: text,
    drivers: { ...text, default: DRIVERS.join(",") },
    loop: { ...text, default: "closed,open" },
    users: text,
    think: { ...text, default: "0" },
    rate: text,
    delay: text,
    rounds: text,
    seconds: text,
    "warm-up": text,
    workers: { ...text, default: "1" },
    pool: { ...text, default: "10" },
    host: { ...text, default: "127.0.0.1" },
    help: { type: "boolean", short: "h" },
  }, "load");
  if (values.help) return undefined;
  if (positionals.length > 0) {
    throw new UsageError(`Unexpected argument "${positionals[0]}". See: deno task load --help`);
  }
  const form = values.quick ? QUICK : FULL;
  const given = (name: keyof typeof FULL) => values[name] ?? form[name];
  const loops = words("loop", values.loop, ["closed", "open"]);
  const think = readThink(values.think);
  const users = numbers("users", given("users"), 1, 10_000);
  const rates = numbers("rate", given("rate"), 1, 100_000);
  const closed = users.map((users): Load => ({ loop: "closed", users, think }));
  const open = rates.map((rate): Load => ({ loop: "open", rate, connections: CONNECTIONS }));
  const settings: Settings = {
    drivers: words("drivers", values.drivers, DRIVERS),
    loads: [...(loops.includes("closed") ? closed : []), ...(loops.includes("open") ? open : [])],
    delays: numbers("delay", given("delay"), 0, 10_000),
    rounds: whole("rounds", given("rounds"), 1, 1000),
    seconds: fraction("seconds", given("seconds"), 0.1),
    warmUp: fraction("warm-up", given("warm-up"), 0),
    workers: whole("workers", values.workers, 1, 64),
    pool: whole("pool", values.pool, 1, 1000),
    host: values.host,
  };
  return { settings, json: values.json };
}

/** Parses a comma-separated list of words. */
function words(option: string, text: string, known: readonly string[]): string[] {
  const list = [...new Set(text.split(","))];
  if (list.every((word) => known.includes(word))) return list;
  throw new UsageError(`--${option} takes a comma-separated list of ${known.join(", ")}, not "${text}".`);
}

/** Parses a comma-separated list of whole numbers. */
function numbers(option: string, text: string, least: number, most: number): number[] {
  return [...new Set(text.split(",").map((part) => whole(option, part, least, most)))];
}

function whole(option: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${option} takes whole numbers from ${least} to ${most}, not "${text}".`);
}

function fraction(option: string, text: string, least: number): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= 3600) return number;
  throw new UsageError(`--${option} takes a number of seconds from ${least} to 3600, not "${text}".`);
}

function readThink(text: string): readonly [number, number] {
  const [least, most = least] = text.split("-").map((part) => fraction("think", part, 0));
  if (least <= most && text.split("-").length <= 2) return [least, most];
  throw new UsageError(`--think takes seconds such as 0 or 1-5, not "${text}".`);
}
