/**
 * The process that makes the load, so that its work and the tool's do not mix and its share of the processor can be told.
 * It reads what to do as a line of JSON, and writes what it measured as lines of JSON.
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

/** The load of one run. */
export type Load =
  | { readonly loop: "closed"; readonly users: number; readonly think: readonly [number, number] }
  | { readonly loop: "open"; readonly rate: number; readonly connections: number };

/** What a generator is to do. */
export interface Order {
  readonly hostname: string;
  readonly port: number;
  readonly load: Load;
  /** Seconds that are not measured, then seconds that are. */
  readonly warmUp: number;
  readonly seconds: number;
  /** The same seed gives the same tasks. */
  readonly seed: number;
}

/** What a generator measured. */
export interface Generated extends Measured {
  /** Seconds of processor time that it took itself in the measured time. */
  readonly processorSeconds: number;
}

/** The beginning and the end of the measured time, and the outcome. */
type Message = "measuring" | "measured" | Generated;

/** Seconds that answers have after the end of a run. */
const PATIENCE = 10;

/** Seconds that its process has to start, and to end. */
const START = 60;

/**
 * Runs a generator in a process of its own.
 *
 * @param on is told when the measured time begins and when it ends.
 * @param stop ends the process.
 * @throws {SetupError} when it ends without having measured.
 */
export async function generate(
  order: Order,
  on: { readonly measuring: () => void; readonly measured: () => void },
  stop: AbortSignal,
): Promise<Generated> {
  stop.throwIfAborted();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(import.meta.url)],
    stdin: "piped", // it ends when this is closed, also when our process is killed
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = process.stdin.getWriter();
  const end = () => void writer.close().catch(() => {}); // Ctrl-C may have ended it already
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
  if (isLate) throw new SetupError(`The load generator was ended after ${longest} s: is the machine overloaded?`);
  if (!generated) throw new SetupError("The load generator ended before it had measured.");
  return generated;
}

/** The work of the process. */
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
  void lines.next().then(() => Deno.exit(1)); // closed: whoever started this process has ended
  await run(JSON.parse(value!));
  Deno.exit();
}
