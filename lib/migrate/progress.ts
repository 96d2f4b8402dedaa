/** Progress events and options of a run. @module */
import { sleep } from "../base/sleep.ts";
import type { Connection } from "../engine/connection.ts";
import type { LockHolder } from "./migration_lock.ts";
import type { Revision } from "./revision_file.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { MigrationStep } from "./steps.ts";
import type { VersionTable } from "./version_table.ts";

/** Progress event of a run; times are in milliseconds. */
export type MigrationProgress =
  /** Another process is running migrations on this schema. */
  | { readonly type: "waiting"; readonly holder: LockHolder }
  /** A step starts. */
  | { readonly type: "running"; readonly step: MigrationStep }
  /** A step is committed. */
  | { readonly type: "done"; readonly step: MigrationStep; readonly milliseconds: number }
  /** The lock timeout expired; the next attempt follows after the pause. */
  | {
    readonly type: "retrying";
    readonly step: MigrationStep;
    readonly attempt: number;
    readonly attempts: number;
    readonly pause: number;
  }
  /** Drops an index that an earlier run left INVALID, or keeps one that it completed. */
  | { readonly type: "found"; readonly step: MigrationStep; readonly index: string; readonly valid: boolean }
  /** Nothing to do; `revisions` are the current ones. */
  | { readonly type: "unchanged"; readonly atHead: boolean; readonly revisions: readonly Revision[] };

/** Options of commands that take the migration lock; times are in milliseconds. */
export interface WaitOptions extends EnvironmentOptions {
  /** Called for each progress event. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Maximum wait for another process that runs migrations (default 60,000). */
  readonly waitTimeout?: number;
  /** Stops the run: cancels the running statement on the server, and rolls back its transaction. */
  readonly signal?: AbortSignal;
}

/** Options of a run; times are in milliseconds. */
export interface MigrationOptions extends WaitOptions {
  /**
   * Maximum time a statement waits for a lock (default 5,000; 0 for no limit). Other statements on the same table queue
   * behind it.
   */
  readonly lockTimeout?: number;
  /** Maximum number of retries after a lock timeout (default 4). */
  readonly lockRetries?: number;
  /** Pause before the first retry; doubles with each further one (default 1,000). */
  readonly lockPause?: number;
  /** Run all revisions in one transaction (default: each in its own). */
  readonly singleTransaction?: boolean;
}

/** Context shared by the steps of a run. */
export interface StepContext {
  readonly connection: Connection;
  readonly table: VersionTable;
  readonly onProgress: (progress: MigrationProgress) => void;
  readonly lockTimeout: number;
  readonly lockRetries: number;
  readonly lockPause: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reports a lock timeout and waits before the next attempt.
 *
 * @param attempt number of the failed attempt, from 1
 */
export async function pauseBeforeRetry(context: StepContext, step: MigrationStep, attempt: number): Promise<void> {
  const pause = context.lockPause * 2 ** (attempt - 1);
  context.onProgress({ type: "retrying", step, attempt, attempts: context.lockRetries + 1, pause });
  await sleep(pause, context.signal).catch(() => {}); // if stopped, the next attempt throws
}
