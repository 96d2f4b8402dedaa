/**
 * The load test from a notebook: `deno task load` in a process of its own, so that the generator and the applications do
 * not share the kernel's one thread, with a deadline, and with its progress below the cell.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { liveText } from "../show/display.ts";

/** One load on one application, and what was measured; a part of what `deno task load --json` writes. */
export interface LoadRun {
  /** The application: the driver it runs on. */
  readonly driver: string;
  readonly round: number;
  readonly load: { readonly loop: "closed"; readonly users: number } | { readonly loop: "open"; readonly rate: number };
  /** Milliseconds added to each round trip between application and database. */
  readonly delay: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  /** Requests by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Cores at work. */
  readonly cores: { readonly generator: number; readonly application: number | null; readonly postgres: number | null };
  /** The generator could hardly do more: the figures are its limit. */
  readonly isGeneratorLimit: boolean;
}

/** What a load test wrote with `--json`. */
export interface LoadRecord {
  /** ISO 8601. */
  readonly started: string;
  readonly machine: { readonly os: string; readonly cores: number; readonly deno: string };
  readonly postgres: string;
  readonly settings: {
    readonly rounds: number;
    readonly seconds: number;
    readonly workers: number;
    readonly pool: number;
  };
  readonly runs: readonly LoadRun[];
}

/** The load test failed, or took too long. */
export class LoadTestError extends Error {
  override readonly name = "LoadTestError";
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const recorded = new URL("../../notebooks/recorded/load.json", import.meta.url);

/** True where many learners share a machine, which a load test would slow down for all: WORKBOOK_SHARED, or a hub. */
export function isShared(env: (name: string) => string | undefined = (name) => Deno.env.get(name)): boolean {
  return !/^(|0|false)$/i.test(env("WORKBOOK_SHARED") ?? env("JUPYTERHUB_USER") ?? "");
}

/**
 * Runs a load test. On a machine that many share ({@linkcode isShared}) nothing is run: the recorded one comes back.
 *
 * ```ts ignore
 * const { runs } = await runLoadTest(["--users", "1,16", "--seconds", "1"]);
 * ```
 *
 * @param args options of `deno task load`, without `--json`.
 * @param options `deadline`: milliseconds after which it is ended (default 180,000). `onProgress`: gets each line.
 * `shared`: whether the machine is (default {@linkcode isShared}).
 * @throws {LoadTestError} with what it said last.
 */
export async function runLoadTest(
  args: readonly string[],
  options: { readonly deadline?: number; readonly onProgress?: (line: string) => unknown; readonly shared?: boolean } =
    {},
): Promise<LoadRecord> {
  const { deadline = 180_000, onProgress = liveText().update } = options;
  if (options.shared ?? isShared()) {
    await onProgress(
      "This machine is shared, so nothing was run: the figures are those of notebooks/recorded/load.json.",
    );
    return JSON.parse(await Deno.readTextFile(recorded));
  }
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "tools/load.ts", ...args, "--json", file],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGTERM"); // it ends what it has started
  }, deadline);
  try {
    let last = "";
    const tell = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
        for (const line of text.split("\n").filter(Boolean)) {
          last = line;
          if (line.startsWith("[")) await onProgress(line);
        }
      }
    };
    const [{ code }] = await Promise.all([child.status, tell(child.stdout), tell(child.stderr)]);
    if (isLate) throw new LoadTestError(`The load test was ended after ${deadline / 1000} s; it said last: ${last}`);
    if (code !== 0) throw new LoadTestError(`The load test ended with status ${code}: ${last}`);
    return JSON.parse(await Deno.readTextFile(file));
  } finally {
    clearTimeout(timer);
    await Deno.remove(file);
  }
}
