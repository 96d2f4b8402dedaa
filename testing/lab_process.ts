/**
 * Runs `deno task lab` as a child process, for tests.
 *
 * @module
 */
import { join } from "node:path";
import { keepDirect } from "../workbook/loopback.ts";
import { within } from "../lib/base/within.ts";
import { root } from "../workbook/paths.ts";
import { endTree } from "../workbook/processes.ts";

/** Time limit that allows for a slow and busy machine, in seconds. */
const PATIENCE_SECONDS = 600;

/** A running `lab`. */
export interface LabProcess {
  readonly pid: number;
  /** The printed address. */
  readonly url: string;
  /** Returns all output so far. */
  readonly output: () => string;
  /** Sends a signal (SIGINT, like Ctrl-C) and returns the exit status. */
  stop(signal?: Deno.Signal): Promise<number>;
}

/**
 * Starts `lab --no-browser` and returns when it has printed JupyterLab's address.
 * @param args further arguments: `--port`, `--folder`.
 * @param variables environment variables in addition to those of this process.
 * @throws {Error} if it exited early; the message contains its output.
 */
export async function startLab(args: string[], variables: Record<string, string> = {}): Promise<LabProcess> {
  keepDirect();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(root, "tools", "lab.ts"), "--no-browser", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...variables },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const ready = Promise.withResolvers<string>();
  const follow = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      const url = output.match(/^JupyterLab: (\S+)\s/m)?.[1];
      if (url) ready.resolve(url);
    }
  };
  const followed = Promise.all([follow(child.stdout), follow(child.stderr)]);
  const ended = child.status.then(async ({ code }) => {
    await followed;
    ready.reject(new Error(`lab ended with status ${code}:\n${output}`));
    return code;
  });
  const stop = (signal: Deno.Signal = "SIGINT") => {
    child.kill(signal);
    return ended;
  };
  // lab's own limits are shorter, except for an installation
  const late = () => new Error(`lab was not ready within ${PATIENCE_SECONDS} s:\n${output}`);
  const url = await within(PATIENCE_SECONDS * 1000, ready.promise, late).catch(async (error) => {
    await endTree(child.pid, "SIGKILL");
    throw error;
  });
  return { pid: child.pid, url, output: () => output, stop };
}
