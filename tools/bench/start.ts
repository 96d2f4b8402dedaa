/** Starts the processes of the contestants. @module */
import { join } from "node:path";
import { contestants } from "./contestants/mod.ts";
import { RemoteContestant } from "./remote.ts";

/** The contestants that could be started. */
export interface Started extends AsyncDisposable {
  readonly all: readonly RemoteContestant[];
}

/** Starts all of them. @throws {ContestantError} one cannot be started. */
export async function startContestants(stop: AbortSignal): Promise<Started> {
  const main = join(import.meta.dirname!, "contestants", "main.ts");
  const starting = Object.entries(contestants).map(([id, { name }]) => {
    return RemoteContestant.start(name, [Deno.execPath(), "run", "--quiet", "--no-check", "-A", main, id], stop);
  });
  const settled = await Promise.allSettled(starting);
  const all = settled.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
  const end = async () => void await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
  const failure = settled.find((each) => each.status === "rejected");
  if (failure) {
    await end();
    throw failure.reason;
  }
  return { all, [Symbol.asyncDispose]: end };
}
