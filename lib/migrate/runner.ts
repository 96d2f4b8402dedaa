/**
 * Runs revisions: one run at a time, each revision in a transaction of its own together with its row in the version
 * table. What fails is rolled back whole; the revisions before it stay.
 *
 * @module
 */
import { basename } from "node:path";
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { RevisionFailedError, UnknownDatabaseRevisionError } from "./errors.ts";
import { type LockHolder, MigrationLock } from "./migration_lock.ts";
import type { Revision } from "./revision_file.ts";
import type { RevisionGraph } from "./revision_graph.ts";
import { kyselyInTransaction } from "./revision_kysely.ts";
import { VersionTable } from "./version_table.ts";

/** Upwards, towards head, or downwards, towards base. */
export type Direction = "upgrade" | "downgrade";

/** One revision to apply or to undo. */
export interface MigrationStep {
  readonly direction: Direction;
  readonly revision: Revision;
  /** The heads of the database before the step and after it; none: base. */
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What a run tells while it works; times are milliseconds. */
export type MigrationProgress =
  /** Another process runs migrations on this schema. */
  | { readonly type: "waiting"; readonly holder: LockHolder }
  /** A step begins. */
  | { readonly type: "running"; readonly step: MigrationStep }
  /** A step is committed. */
  | { readonly type: "done"; readonly step: MigrationStep; readonly milliseconds: number }
  /** There was nothing to do; `revisions` are those at which the database stands. */
  | { readonly type: "unchanged"; readonly atHead: boolean; readonly revisions: readonly Revision[] };

/** Settings of a run. */
export interface MigrationOptions {
  /** Is told what happens, as it happens. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Milliseconds to wait while another process runs migrations (default 60,000). */
  readonly waitTimeout?: number;
}

/**
 * Takes the lock, sees where the database stands, and runs what is to be run from there.
 *
 * @param directory where the revisions come from; named in errors.
 * @param path the revisions to run from these heads, in order.
 * @returns the steps that were done.
 * @throws {RevisionFailedError} @throws {MigrationLockTimeoutError} @throws {UnknownDatabaseRevisionError}
 * @throws {MissingSchemaError}
 */
export async function runRevisions(
  engine: Engine,
  graph: RevisionGraph<Revision>,
  directory: string,
  direction: Direction,
  path: (heads: readonly string[]) => readonly Revision[],
  { onProgress = () => {}, waitTimeout = 60_000 }: MigrationOptions = {},
): Promise<MigrationStep[]> {
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT", readOnly: false });
  const table = await VersionTable.of(connection);
  await using _lock = await MigrationLock.acquire(connection, table.schema, {
    timeout: waitTimeout,
    onWait: (holder) => onProgress({ type: "waiting", holder }),
  });
  await table.create();
  const heads = await headsOf(table, graph, directory);
  const steps = planSteps(graph, direction, heads, path(heads));
  if (steps.length === 0) {
    const atHead = graph.heads.every(({ id }) => heads.includes(id));
    onProgress({ type: "unchanged", atHead, revisions: heads.map((id) => graph.find(id)) });
  }
  for (const step of steps) {
    onProgress({ type: "running", step });
    const start = performance.now();
    await runStep(connection, table, step);
    onProgress({ type: "done", step, milliseconds: performance.now() - start });
  }
  return steps;
}

/**
 * The heads of the database, each known to the graph.
 *
 * @throws {UnknownDatabaseRevisionError}
 */
export async function headsOf(
  table: VersionTable,
  graph: RevisionGraph<Revision>,
  directory: string,
): Promise<string[]> {
  const heads = await table.heads();
  const unknown = heads.find((id) => !graph.has(id));
  if (unknown !== undefined) throw new UnknownDatabaseRevisionError(unknown, directory);
  return heads;
}

/** What each revision of a path does to the heads. */
export function planSteps(
  graph: RevisionGraph<Revision>,
  direction: Direction,
  heads: readonly string[],
  path: readonly Revision[],
): MigrationStep[] {
  let from = heads;
  return path.map((revision) => {
    const to = direction === "upgrade"
      ? graph.headsAfterUpgrade(from, revision)
      : graph.headsAfterDowngrade(from, revision);
    const step = { direction, revision, from, to };
    from = to;
    return step;
  });
}

/** The heads as a person reads them. */
export function position(heads: readonly string[]): string {
  return heads.length === 0 ? "base" : heads.join(", ");
}

async function runStep(connection: Connection, table: VersionTable, step: MigrationStep): Promise<void> {
  const { revision, direction, from, to } = step;
  try {
    await connection.begin();
    await (direction === "upgrade" ? revision.up : revision.down)(kyselyInTransaction(connection));
    await table.move(from, to);
    await connection.commit();
  } catch (error) {
    await connection.rollback().catch(() => {}); // the error that matters is the first; a lost connection is closed
    throw new RevisionFailedError(
      {
        id: revision.id,
        message: revision.message,
        direction,
        position: position(from),
        place: placeOf(error, revision),
      },
      error,
    );
  }
}

/** The line of the revision's file in an error's stack. */
function placeOf(error: unknown, { path }: Revision): string | undefined {
  const file = basename(path);
  for (const line of (error as Error | undefined)?.stack?.split("\n") ?? []) {
    const [, at] = line.includes(file) ? /\?[0-9a-f]+(:\d+:\d+)/.exec(line) ?? [] : [];
    if (at) return `${file}${at}`;
  }
}
