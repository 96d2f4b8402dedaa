/**
 * The load generator, in a process of its own, so that its processor usage is separate from the tool's. Reads its order
 * as a line of JSON, and writes measurements as lines of JSON.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import nodeProcess from "node:process";
import { SetupError } from "../errors.ts";
import { HttpConnection } from "./http_connection.ts";
import { closedLoop, openLoop, schedule } from "./loops.ts";
import { type Measured, Measurement } from "./measurement.ts";
import { seeded, tasks } from "./workload.ts";

/** Load of one run. */
export type Load =
  | { readonly loop: "closed"; readonly users: number; readonly think: readonly [number, number] }
  | { readonly loop: "open"; readonly rate: number; readonly connections: number };

/** Order for a generator. */
export interface Order {
  readonly hostname: string;
  readonly port: number;
  readonly load: Load;
  /** Warm-up and measured time, in seconds. */
  readonly warmUp: number;
  readonly seconds: number;
  /** Random seed: equal seeds give equal tasks. */
  readonly seed: number;
}

/** Measurements of a generator. */
export interface Generated extends Measured {
  /** Processor time it used in the measured time, in seconds. */
  readonly processorSeconds: number;
}

/** Beginning and end of the measured time, and the outcome. */
type Message = "measuring" | "measured" | Generated;

/** Grace period for outstanding responses after a run, in seconds. */
const PATIENCE = 10;

/** Time limits for the process to start and to exit, in seconds. */
const START = 60;

/**
 * Runs a generator in a process of its own.
 * @param on called when the measured time begins and ends.
 * @param stop terminates the process.
 * @throws {SetupError} if it exits without a measurement.
 */
export async function generate(
  order: Order,
  on: { readonly measuring: () => void; readonly measured: () => void },
  stop: AbortSignal,
): Promise<Generated> {
  stop.throwIfAborted();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(import.meta.url)],
    stdin: "piped", // the process exits when this is closed, even if ours is killed
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = process.stdin.getWriter();
  const end = () => void writer.close().catch(() => {}); // Ctrl-C may have terminated it already
  stop.addEventListener("abort", end, { once: true });
  const longest = order.warmUp + order.seconds + PATIENCE + START;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    process.kill("SIGKILL");
  }, longest * 1000);
  let generated: Generated | undefined;
  try {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    for await (const line of linesOf(process.stdout)) {
      const message: Message = JSON.parse(line);
      if (typeof message === "string") on[message]();
      else generated = message;
    }
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
    end();
    await process.status;
  }
  stop.throwIfAborted();
  if (isLate) throw new SetupError(`The load generator was terminated after ${longest} s: is the machine overloaded?`);
  if (!generated) throw new SetupError("The load generator exited without a measurement.");
  return generated;
}

/** Main function of the process. */
async function run({ hostname, port, load, warmUp, seconds, seed }: Order): Promise<void> {
  const say = (message: Message) => console.log(JSON.stringify(message));
  const start = performance.now();
  const [from, until] = [start + warmUp * 1000, start + (warmUp + seconds) * 1000];
  const measurement = new Measurement(from, until);
  const count = load.loop === "closed" ? load.users : load.connections;
  const connections = Array.from({ length: count }, () => new HttpConnection({ hostname, port }));
  let before = nodeProcess.cpuUsage();
  let used = { user: 0, system: 0 };
  const giveUp = new AbortController();
  const at = (time: number, action: () => void) => setTimeout(action, Math.max(0, time - performance.now()));
  at(from, () => {
    before = nodeProcess.cpuUsage();
    say("measuring");
  });
  const measured = Promise.withResolvers<void>();
  at(until, () => {
    used = nodeProcess.cpuUsage(before);
    say("measured");
    measured.resolve();
  });
  const end = at(until + PATIENCE * 1000, () => {
    giveUp.abort();
    for (const connection of connections) connection[Symbol.dispose]();
  });
  const users = { connections, nextTask: tasks(seeded(seed)), measurement, until };
  if (load.loop === "closed") await closedLoop(users, load.think, seeded(seed));
  else await openLoop(users, start, schedule(load.rate, warmUp + seconds), giveUp.signal);
  await measured.promise;
  clearTimeout(end);
  for (const connection of connections) connection[Symbol.dispose]();
  say({ ...measurement.summary(), processorSeconds: (used.user + used.system) / 1e6 });
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

if (import.meta.main) {
  const lines = linesOf(Deno.stdin.readable);
  const { value } = await lines.next();
  void lines.next().then(() => Deno.exit(1)); // closed: the parent process has exited
  await run(JSON.parse(value!));
  Deno.exit();
}
