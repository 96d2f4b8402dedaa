/**
 * One process at a time: a lock on a file, which the operating system takes back when its holder ends.
 *
 * @module
 */
import { LocalPostgresError } from "./errors.ts";

/** How long a process waits for another that is starting or stopping the server. */
const PATIENCE_MILLISECONDS = 120_000;
const PAUSE_MILLISECONDS = 50;

/**
 * Runs `work` while holding the lock on `path`; a second caller, in this process or another, waits its turn.
 *
 * @param path The lock file; made if it is missing, and left in place.
 * @param onWait Called once if the lock is held by someone else.
 * @throws {LocalPostgresError} when the lock is not free within two minutes.
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  using file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  if (!await lockWithin(PATIENCE_MILLISECONDS, file, onWait)) {
    throw new LocalPostgresError(`Another process has held ${path} for two minutes; end it and try again.`);
  }
  return await work(); // closing the file gives the lock back
}

/**
 * Takes the lock on an open file, which closing it gives back.
 *
 * @param onWait Called once if the lock is held by someone else.
 * @param stop ends the waiting.
 * @returns whether it came within so many milliseconds.
 */
export async function lockWithin(
  milliseconds: number,
  file: Deno.FsFile,
  onWait: () => void,
  stop?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  for (let first = true; !await file.tryLock(true); first = false) {
    if (first) onWait();
    stop?.throwIfAborted();
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  return true;
}
