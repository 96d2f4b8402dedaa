/**
 * Inter-process lock on a file, released by the operating system when its holder exits.
 *
 * @module
 */
import { LocalPostgresError } from "./errors.ts";

/** Time limit for waiting until another process has started or stopped the server, in milliseconds. */
const PATIENCE_MILLISECONDS = 120_000;
const PAUSE_MILLISECONDS = 50;

/**
 * Runs `work` while holding the lock on `path`; other callers, in this or another process, wait.
 * @param path the lock file; created if missing, and left in place.
 * @param onWait called once if the lock is held by another process.
 * @throws {LocalPostgresError} if the lock is not free within two minutes.
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  using file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  if (!await lockWithin(PATIENCE_MILLISECONDS, file, onWait)) {
    throw new LocalPostgresError(`Another process has held ${path} for two minutes; stop it and try again.`);
  }
  return await work(); // closing the file releases the lock
}

/**
 * Acquires the lock on an open file, released by closing it.
 * @param onWait called once if the lock is held by another process.
 * @param stop ends the wait.
 * @returns whether it was acquired within the given milliseconds.
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
