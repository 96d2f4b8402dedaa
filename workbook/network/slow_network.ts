/**
 * Simulated network latency between a notebook and its database: the proxy of `workbook/network/network_delay.ts` in a
 * process of its own.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { EngineUrl } from "../../lib/engine/url.ts";
import { withAddress } from "../connection_url.ts";
import { within } from "../../lib/base/within.ts";

/** A delayed route to the database. */
export interface SlowNetwork extends AsyncDisposable {
  /** URL of the database through the proxy. */
  readonly url: string;
}

/** The proxy could not be started. */
export class SlowNetworkError extends Error {
  override readonly name = "SlowNetworkError";
}

/** Time limit for the process to start, in milliseconds. */
const START = 60_000;

const proxy = fileURLToPath(new URL("./network_delay.ts", import.meta.url));

/**
 * Starts the proxy; it stops at the end of the block, or with this process.
 *
 * ```ts ignore
 * await using network = await slowNetwork(workbook.url, 5);
 * await using engine = createEngine(network.url);
 * ```
 *
 * @param milliseconds added to each round trip.
 * @throws {SlowNetworkError} for a Unix socket, or if its process does not start.
 */
export async function slowNetwork(url: string, milliseconds: number): Promise<SlowNetwork> {
  const { host, port, isSocket } = EngineUrl.parse(url);
  if (isSocket) throw new SlowNetworkError("A Unix socket has no network latency: use a URL with host and port.");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", proxy, host, String(port), String(milliseconds)],
    stdin: "piped", // the process exits when this is closed
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const end = async () => {
    await child.stdin.close().catch(() => {});
    await reader.cancel();
    await child.status;
  };
  const late = () => new SlowNetworkError(`The delay proxy did not report within ${START / 1000} s.`);
  const { value } = await within(START, reader.read(), late).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });
  const at = Number(new TextDecoder().decode(value));
  if (!at) {
    await end();
    throw new SlowNetworkError("The delay proxy did not start.");
  }
  return { url: withAddress(url, "127.0.0.1", at), [Symbol.asyncDispose]: end };
}
