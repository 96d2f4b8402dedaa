/**
 * Options of `deno task load`.
 *
 * @module
 */
import type { Command } from "commander";
import { DRIVERS } from "../../app/drivers.ts";
import { newCommand, readArguments } from "../command_line.ts";
import { UsageError } from "../errors.ts";
import type { Load } from "./generator.ts";
import type { Settings } from "./plan.ts";

/** Number of connections in the open loop. */
const CONNECTIONS = 64;

/** Makes the command. */
/** Those that notebook 09 compares; its record holds them. */
const USUAL = "postgres,pg,libpq";

function loadCommand(): Command {
  return newCommand(
    "deno task load",
    "Load tests the applications, in turn.",
    `The users GET /toys (100), GET /users (100), POST /toys and GET the new one (50), POST /users and GET the new one (25):
the numbers say how often. Each run begins with the same rows, in a database of its own that is dropped at the end. In
the open loop the time of a request counts from when it was due, and there are up to ${CONNECTIONS} connections.
The database is that of DATABASE_URL, or else the local one. Ctrl-C ends everything that was started.`,
  )
    .option("--quick", "a short form: users 1,16,64, rate 200, delay 0,1, two rounds of 1.5 s (under 3 minutes)")
    .option("--json <file>", "all results as JSON, too")
    .option("--drivers <list>", "the applications", USUAL)
    .option("--loop <list>", "closed, open or both: closed,open", "closed,open")
    .option("--users <list>", `users in the closed loop, who wait for each answer (default: ${FULL.users})`)
    .option("--think <range>", "seconds that a user waits before each task: 0, or 1-5", "0")
    .option(
      "--rate <list>",
      `requests a second in the open loop, which come whatever the answers do (default: ${FULL.rate})`,
    )
    .option(
      "--delay <list>",
      `milliseconds added to each round trip between application and database (default: ${FULL.delay})`,
    )
    .option("--rounds <n>", `how often all is repeated (default: ${FULL.rounds})`)
    .option("--seconds <n>", `measured seconds of each run (default: ${FULL.seconds})`)
    .option("--warm-up <n>", `seconds before them that are left out (default: ${FULL.warmUp})`)
    .option("--workers <n>", "processes of each application", "1")
    .option("--pool <n>", "connections of each process", "10")
    .option("--host <address>", "where the applications take requests", "127.0.0.1");
}

/** Parsed options. */
export interface Asked {
  readonly settings: Settings;
  /** File for the results as JSON. */
  readonly json?: string;
}

const QUICK = { users: "1,16,64", rate: "200", delay: "0,1", rounds: "2", seconds: "1.5", warmUp: "0.5" };
const FULL = {
  users: "1,4,16,64,256",
  rate: "100,400,1600",
  delay: "0,1,5",
  rounds: "3",
  seconds: "5",
  warmUp: "2",
};

/** Options as given. */
type Given =
  & { readonly quick?: true; readonly json?: string }
  & { readonly [Name in "drivers" | "loop" | "think" | "workers" | "pool" | "host"]: string }
  & { readonly [Name in keyof typeof FULL]?: string };

/**
 * Parses the options.
 * @returns `undefined` after `--help`, which is printed.
 * @throws {UsageError}
 */
export function readLoadOptions(args: string[]): Asked | undefined {
  const values = readArguments<Given>(loadCommand(), args)?.options;
  if (!values) return undefined;
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
    warmUp: fraction("warm-up", given("warmUp"), 0),
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
