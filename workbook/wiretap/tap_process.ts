/**
 * A tap in a process of its own: a driver that blocks the thread would block a tap beside it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { EngineUrl } from "../../lib/engine/url.ts";
import { lines } from "../../lib/base/lines.ts";
import { within } from "../../lib/base/within.ts";
import { SetupError } from "../errors.ts";
import type { ListenOptions } from "./listener.ts";
import type { Message } from "./message.ts";
import { Tap } from "./tap.ts";

/** Milliseconds for the process to start, and for each of its answers. */
const LIMIT = 60_000;

/** A running tap. Close it to stop its process. */
export interface TapProcess extends AsyncDisposable {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** Returns the messages since the last call. */
  heard(): Promise<Message[]>;
}

/**
 * Starts a tap.
 *
 * @param target URL of the server.
 * @throws {SetupError} if its process does not start.
 */
export async function startTap(target: EngineUrl, { values = false }: ListenOptions = {}): Promise<TapProcess> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", fileURLToPath(import.meta.url), String(values)],
    env: { TAPPED_URL: target.reveal() }, // arguments can be read by every user of the machine
    stdin: "piped", // the process exits when this is closed, even if ours is killed
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const answers = lines(process.stdout);
  const input = process.stdin.getWriter();
  const next = async () => {
    const late = () => new SetupError(`The tap did not answer within ${LIMIT / 1000} s.`);
    return (await within(LIMIT, answers.next(), late)).value;
  };
  const end = async () => {
    await input.close().catch(() => {}); // Ctrl-C has ended it already
    await process.status;
    await answers.return(undefined);
  };
  const port = Number(await next().catch(() => undefined));
  if (!port) {
    await end();
    throw new SetupError("The tap did not start.");
  }
  return {
    port,
    async heard() {
      await input.write(new TextEncoder().encode("\n"));
      return JSON.parse(await next() ?? "[]");
    },
    [Symbol.asyncDispose]: end,
  };
}

if (import.meta.main) {
  let messages: Message[] = [];
  const target = EngineUrl.parse(Deno.env.get("TAPPED_URL")!);
  const tap = new Tap(target, (message) => messages.push(message), { values: Deno.args[0] === "true" });
  console.log(tap.port);
  // each line asks for what was said; the end of the input ends this process
  for await (const _ of lines(Deno.stdin.readable)) {
    console.log(JSON.stringify(messages));
    messages = [];
  }
  Deno.exit();
}
