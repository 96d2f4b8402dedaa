/**
 * Command-line options of the benchmark.
 *
 * @module
 */
import type { Command } from "commander";
import { newCommand, readArguments } from "../command_line.ts";
import { UsageError } from "../errors.ts";
import { type ColdName, coldOperations } from "./cold.ts";
import { isOfSize, type Operation, operations } from "./operations.ts";

/** Durations of a run. */
export interface Lengths {
  /** Maximum number of rounds of an operation; a pilot says how many are needed. */
  readonly rounds: number;
  /** Time that an operation's rounds may take by the pilot, in milliseconds. */
  readonly limit: number;
  /** Duration of a turn and of the warm-up, in milliseconds. */
  readonly milliseconds: number;
  readonly warmUp: number;
  /**
   * Maximum number of cold rounds, each of which starts a process per contestant, and the time after which no further
   * one starts, in milliseconds.
   */
  readonly coldRounds: number;
  readonly coldLimit: number;
}

/** Options of a run. */
export interface Options {
  readonly lengths: Lengths;
  readonly isCounted: boolean;
  readonly peers: boolean;
  readonly operations: readonly Operation[];
  readonly cold: readonly ColdName[];
  /** Added delays, in milliseconds. */
  readonly delays: readonly number[];
  readonly json?: string;
  readonly compare?: string;
}

const thorough: Lengths = {
  rounds: 400,
  limit: 20_000,
  milliseconds: 12,
  warmUp: 150,
  coldRounds: 7,
  coldLimit: 60_000,
};
const quick: Lengths = { ...thorough, rounds: 10, limit: 2_000, milliseconds: 6, coldLimit: 10_000 };

const coldNames = Object.keys(coldOperations) as ColdName[];
const allNames = [...operations.map(({ name }) => name), ...coldNames];

/** Makes the command. */
function benchCommand(): Command {
  return newCommand(
    "deno task bench",
    "Benchmarks raw drivers, this library and (with --peers) comparable libraries on the same work and rows, in turns.",
    `Each contestant runs in a process of its own and is checked on the rows before it is measured. A ratio is that of two
medians in the same round; its interval holds the true median with 95% certainty. It decides where it lies below 1,
above 1, or within 0.95 to 1.05 (equal); a pilot fixes the rounds that this needs. What stays open is said. The tables
lie in a schema of their own, workbook_bench, which is dropped at the end.`,
  )
    .option(
      "--quick",
      "fewer and shorter rounds, no sizes, no stream, no kernels, no round trips counted: less than two minutes, wider " +
        "intervals",
    )
    .option(
      "--peers",
      "also Kysely, Drizzle, MikroORM, TypeORM, SQLAlchemy on three drivers, and pgbench. The first run downloads them " +
        "(about 150 MB, kept in workbook/bench/peers and .data). Peers that this machine cannot run are reported and " +
        "skipped.",
    )
    .option(
      "--only <name>",
      `only the operations whose names begin so; can be given several times: ${allNames.join(", ")}`,
      (name: string, others: string[] = []) => [...others, name],
    )
    .option(
      "--delay <ms,...>",
      "adds ms milliseconds to each round trip, by a proxy that delays data sent to the server; 0 means no proxy. With " +
        "several (0,1) all is measured with each; sizes, and what a delay does not change, only with the first.",
      "0",
    )
    .option("--json <file>", "writes the result to a file")
    .option("--compare <file>", "shows what moved against the result of an earlier run");
}

/** Text of `--help`, without the remarks below the options. */
export const help = benchCommand().helpInformation();

/** Options as given. */
interface Given {
  readonly quick?: boolean;
  readonly peers?: boolean;
  readonly only?: readonly string[];
  readonly delay: string;
  readonly json?: string;
  readonly compare?: string;
}

/**
 * Parses the command line.
 * @returns `undefined` after `--help`, which is printed.
 * @throws {UsageError}
 */
export function readBenchOptions(args: string[]): Options | undefined {
  const values = readArguments<Given>(benchCommand(), args)?.options;
  if (!values) return undefined;
  const { quick: isQuick = false, peers = false, only, json, compare } = values;
  return {
    lengths: isQuick ? quick : thorough,
    isCounted: !isQuick,
    peers,
    ...choose(only, isQuick),
    delays: values.delay.split(",").map(readDelay),
    json,
    compare,
  };
}

function readDelay(text: string): number {
  const delay = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && delay <= 1_000) return delay;
  throw new UsageError(`--delay takes milliseconds from 0 to 1000, not "${text}".`);
}

function choose(only: readonly string[] | undefined, isQuick: boolean): Pick<Options, "operations" | "cold"> {
  for (const name of only ?? []) {
    if (allNames.some((each) => each.startsWith(name))) continue;
    throw new UsageError(`Unknown operation "${name}". See: deno task bench --help`);
  }
  const isChosen = (name: string) => only!.some((each) => name.startsWith(each));
  if (only) {
    return { operations: operations.filter(({ name }) => isChosen(name)), cold: coldNames.filter(isChosen) };
  }
  if (!isQuick) return { operations, cold: coldNames };
  return {
    operations: operations.filter((operation) => !isOfSize(operation)),
    cold: ["import", "first-query"],
  };
}
