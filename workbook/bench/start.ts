/**
 * Starts the contestants' processes.
 *
 * @module
 */
import { join } from "node:path";
import { contestants } from "./contestants/mod.ts";
import { type Command, RemoteContestant } from "./remote.ts";

/** The contestants that could be started. */
export interface Started extends AsyncDisposable {
  readonly all: readonly RemoteContestant[];
}

/** Returns the commands of contestants that need nothing but this checkout. */
export function ownCommands(): Command[] {
  const main = join(import.meta.dirname!, "contestants", "main.ts");
  const own = Object.keys(contestants).filter((label) => !label.startsWith("pgbench")); // a separate program: a peer
  return own.map((label) => {
    return { label, program: [Deno.execPath(), "run", "--quiet", "--no-check", "-A", main, label] };
  });
}

/**
 * Starts all contestants.
 * @throws {ContestantError} if one cannot be started.
 */
export async function startContestants(commands: readonly Command[], stop: AbortSignal): Promise<Started> {
  const settled = await Promise.allSettled(commands.map((command) => RemoteContestant.start(command, stop)));
  const all = settled.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
  const end = async () => void await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
  const failure = settled.find((each) => each.status === "rejected");
  if (failure) {
    await end();
    throw failure.reason;
  }
  return { all, [Symbol.asyncDispose]: end };
}
