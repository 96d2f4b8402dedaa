/** What a run tells while it works, and how it is set. @module */
import { sleep } from "../base/sleep.ts";
import type { Connection } from "../engine/connection.ts";
import type { LockHolder } from "./migration_lock.ts";
import type { Revision } from "./revision_file.ts";
import type { MigrationStep } from "./steps.ts";
import type { VersionTable } from "./version_table.ts";

/** What a run tells; times are milliseconds. */
export type MigrationProgress =
  /** Another process runs migrations on this schema. */
  | { readonly type: "waiting"; readonly holder: LockHolder }
  /** A step begins. */
  | { readonly type: "running"; readonly step: MigrationStep }
  /** A step is committed. */
  | { readonly type: "done"; readonly step: MigrationStep; readonly milliseconds: number }
  /** A lock was not to be had within the lock timeout; after the pause comes the next attempt. */
  | {
    readonly type: "retrying";
    readonly step: MigrationStep;
    readonly attempt: number;
    readonly attempts: number;
    readonly pause: number;
  }
  /** An index that an earlier run left INVALID is dropped, or one that it finished is kept. */
  | { readonly type: "found"; readonly step: MigrationStep; readonly index: string; readonly valid: boolean }
  /** There was nothing to do; `revisions` are those at which the database stands. */
  | { readonly type: "unchanged"; readonly atHead: boolean; readonly revisions: readonly Revision[] };

/** Settings of what waits for other runs; times are milliseconds. */
export interface WaitOptions {
  /** Is told what happens, as it happens. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** How long to wait while another process runs migrations (default 60,000). */
  readonly waitTimeout?: number;
  /** Stops the run: the statement under way is cancelled on the server too, and what it belongs to is rolled back. */
  readonly signal?: AbortSignal;
}

/** Settings of a run; times are milliseconds. */
export interface MigrationOptions extends WaitOptions {
  /**
   * How long a statement waits for a lock (default 5,000; 0: without end). Meanwhile everyone who asks for the same
   * table queues behind it.
   */
  readonly lockTimeout?: number;
  /** How often a revision that did not get a lock is run again (default 4). */
  readonly lockRetries?: number;
  /** The pause before the first of these attempts; each further one is twice as long (default 1,000). */
  readonly lockPause?: number;
  /** All revisions in one transaction: all of them take effect, or none (default: each in its own). */
  readonly singleTransaction?: boolean;
}

/** What the steps of one run share. */
export interface StepContext {
  readonly connection: Connection;
  readonly table: VersionTable;
  readonly onProgress: (progress: MigrationProgress) => void;
  readonly lockTimeout: number;
  readonly lockRetries: number;
  readonly lockPause: number;
  readonly signal: AbortSignal | undefined;
}

/** Tells that a step did not get a lock, and waits before the next attempt. @param attempt the one that failed, from 1 */
export async function pauseBeforeRetry(context: StepContext, step: MigrationStep, attempt: number): Promise<void> {
  const pause = context.lockPause * 2 ** (attempt - 1);
  context.onProgress({ type: "retrying", step, attempt, attempts: context.lockRetries + 1, pause });
  await sleep(pause, context.signal).catch(() => {}); // stopped: the next attempt says so
}
