/**
 * Simulated network latency between a program and its database on one machine: a TCP proxy in a process of its own that
 * delays traffic to the database.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { within } from "../../lib/base/within.ts";
import { SetupError } from "../errors.ts";
import { PreciseTimer } from "./precise_timer.ts";

/** A running proxy. Close it to stop its process. */
export interface NetworkDelay extends AsyncDisposable {
  /** Port on 127.0.0.1. */
  readonly port: number;
}

/** Time limit for its process to start, in milliseconds. */
const START = 60_000;

/**
 * Starts a proxy.
 * @param target the server to forward to.
 * @param milliseconds minimum delay added to each round trip. The whole delay applies to data sent to the server, once
 * for all data in flight; packets do not wait for each other.
 * @throws {SetupError} if its process does not start.
 */
export async function startNetworkDelay(
  target: { readonly host: string; readonly port: number },
  milliseconds: number,
): Promise<NetworkDelay> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      fileURLToPath(import.meta.url),
      target.host,
      String(target.port),
      String(milliseconds),
    ],
    stdin: "piped", // the process exits when this is closed, even if ours is killed
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.getReader();
  const late = () => new SetupError(`The delay proxy did not report within ${START / 1000} s.`);
  const { value } = await within(START, reader.read(), late).catch((error) => {
    process.kill("SIGKILL");
    throw error;
  });
  const port = Number(new TextDecoder().decode(value));
  const end = async () => {
    await process.stdin.close().catch(() => {}); // Ctrl-C has terminated it already
    await reader.cancel();
    await process.status;
  };
  if (!port) {
    await end();
    throw new SetupError("The delay proxy did not start.");
  }
  return { port, [Symbol.asyncDispose]: end };
}

/** An action to run when it is due. */
type Delayed = () => Promise<void>;

/** Accepts connections and forwards each to the target, until this process exits. */
async function serve(hostname: string, port: number, milliseconds: number): Promise<void> {
  const waiting: Delayed[] = [];
  const timer = new PreciseTimer(() => void waiting.shift()!());
  const later = (action: Delayed) => {
    waiting.push(action);
    timer.at(performance.now() + milliseconds);
  };
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(listener.addr.port);
  for await (const client of listener) {
    Deno.connect({ hostname, port }).then((server) => {
      client.setNoDelay();
      server.setNoDelay();
      void forward(client, server, later);
      void forward(server, client, (action) => void action());
    }, () => client.close());
  }
}

/** Forwards data in order, and the end of the stream. */
async function forward(from: Deno.TcpConn, to: Deno.TcpConn, when: (action: Delayed) => void): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  const inOrder = (action: Delayed) => when(() => before = before.then(action).catch(() => close(from)));
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const length = await from.read(buffer).catch(() => null);
    if (length === null) break;
    const chunk = buffer.slice(0, length);
    inOrder(() => writeAll(to, chunk));
  }
  inOrder(() => Promise.resolve(close(to)));
}

async function writeAll(to: Deno.TcpConn, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length;) written += await to.write(chunk.subarray(written));
}

/** Closes a connection that either side may have closed already. */
function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

if (import.meta.main) {
  const [host, port, milliseconds] = Deno.args;
  void serve(host, Number(port), Number(milliseconds));
  for await (const _ of Deno.stdin.readable); // closed with the parent process
  Deno.exit();
}
