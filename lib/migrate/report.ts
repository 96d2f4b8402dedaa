/** Progress, history and findings as lines of text. @module */
import type { BranchPoint, CheckResult, DryRun, HistoryEntry } from "./commands.ts";
import { holderText } from "./migration_lock.ts";
import type { MigrationProgress } from "./progress.ts";
import type { Revision } from "./revision_file.ts";
import { terminated } from "./sql_text.ts";
import { type MigrationStep, position } from "./steps.ts";

/**
 * One line for what a run tells.
 *
 * @returns for example `base → 1a2b3c4d5e6f  create heroes  (12 ms)`; the line of a step that begins ends in `…`.
 */
export function progressLine(progress: MigrationProgress): string {
  switch (progress.type) {
    case "waiting":
      return `waiting for ${holderText(progress.holder)}, which is running migrations`;
    case "running":
      return `${stepText(progress.step)}  …`;
    case "done":
      return `${stepText(progress.step)}  (${progress.milliseconds.toFixed(0)} ms)`;
    case "retrying": {
      const { step, attempt, attempts, pause } = progress;
      return `${stepText(step)}  did not get a lock in time (attempt ${attempt} of ${attempts}); next in ${pause} ms`;
    }
    case "found":
      return progress.valid
        ? `${stepText(progress.step)}  keeps the index ${progress.index}, which an earlier run finished`
        : `${stepText(progress.step)}  drops the index ${progress.index}, which an earlier run left INVALID`;
    case "unchanged": {
      const names = progress.revisions.map(({ id, message }) => `${id} ${message}`);
      return `already at ${progress.atHead && names.length > 0 ? "head: " : ""}${position(names)}`;
    }
  }
}

/** `base → 1a2b3c4d5e6f  create heroes`. */
export function stepText({ revision, from, to }: MigrationStep): string {
  return `${position(from)} → ${position(to)}  ${revision.message}`;
}

/** How to show revisions. */
export interface ListOptions {
  /** Everything that is known of each. */
  readonly verbose?: boolean;
}

/** One line for each entry, in their order, or a paragraph for each; says so when there is none. */
export function historyLines(entries: readonly HistoryEntry[], { verbose = false }: ListOptions = {}): string[] {
  if (entries.length === 0) return ["there are no revisions yet"];
  if (verbose) {
    return entries.flatMap((entry) => [...revisionLines(entry.revision, marks(entry)), ...logLines(entry), ""]);
  }
  return entries.map((entry) => `${listLine(entry.revision)}${marks(entry)}`);
}

/** The same for revisions of which no database was asked. */
export function listLines(revisions: readonly Revision[], { verbose = false }: ListOptions = {}): string[] {
  if (revisions.length === 0) return ["there are no revisions yet"];
  return verbose ? revisions.flatMap((revision) => [...revisionLines(revision), ""]) : revisions.map(listLine);
}

/** One line for each revision at which the database stands, or a paragraph. */
export function currentLines(entries: readonly HistoryEntry[], { verbose = false }: ListOptions = {}): string[] {
  if (entries.length === 0) return ["base: no revision is applied"];
  if (verbose) return historyLines(entries, { verbose });
  return entries.map((entry) => `${entry.revision.id}  ${entry.revision.message}${entry.head ? "  (head)" : ""}`);
}

/** A line for each head. */
export function headLines(heads: readonly Revision[]): string[] {
  if (heads.length === 0) return ["there are no revisions yet"];
  return heads.map(({ id, message }) => `${id}  ${message}  (head)`);
}

/** A line for each revision after which several come. */
export function branchLines(points: readonly BranchPoint[]): string[] {
  if (points.length === 0) return ["there are no branches"];
  return points.map(({ revision, children }) => {
    const next = children.map(({ id, message }) => `\n  → ${id}  ${message}`).join("");
    return `${revision.id}  ${revision.message}  (branch point)${next}`;
  });
}

/** A paragraph for each revision that a name stands for. */
export function showLines(revisions: readonly Revision[]): string[] {
  if (revisions.length === 0) return ["there are no revisions yet"];
  return revisions.flatMap((revision) => revisionLines(revision));
}

/** Everything that a revision's file says. @param marks what stands behind its id. */
export function revisionLines(revision: Revision, marks = ""): string[] {
  return [
    `Revision: ${revision.id}${marks}`,
    `Parent: ${position(revision.downRevisions)}`,
    `Date: ${revision.createDate}`,
    ...(revision.transactional ? [] : ["Runs outside a transaction"]),
    `File: ${revision.path}`,
    `    ${revision.message}`,
  ];
}

/** What a dry run found: the statements of each revision, and what the schema gains and loses. */
export function dryRunLines({ steps, statements, changes }: DryRun): string[] {
  if (steps.length === 0) return ["nothing would be done"];
  const lines = steps.flatMap((step) => [
    `-- ${stepText(step)}`,
    ...statements.filter(({ revision }) => revision === step.revision.id).map(({ sql, rowCount }) =>
      `${terminated(sql)}${rowCount > 0 ? `  -- ${rowCount} ${rowCount === 1 ? "row" : "rows"}` : ""}`
    ),
  ]);
  const difference = changes.length === 0
    ? ["The schema would stay as it is."]
    : ["The schema would change:", ...changes];
  return [...lines, "", ...difference, "", "Nothing was changed: it was rolled back."];
}

/** What `check` found, a line each. */
export function checkLines({ pending, changed, differences, notCompared, unmodelled, isClean }: CheckResult): string[] {
  return [
    ...pending.map(({ id, message }) => `not applied: ${id}  ${message}`),
    ...changed.map(({ revision: { id, message } }) => `changed since it was applied: ${id}  ${message}`),
    ...(differences ?? []).map((line) => `models and database differ: ${line}`),
    ...unmodelled.map((line) => `left alone: ${line}`),
    ...(notCompared === "no metadata" ? ["env.ts exports no metadata, so no models were compared"] : []),
    ...(notCompared === "pending" ? ["models and database are compared when everything is applied"] : []),
    ...(isClean ? ["no drift"] : []),
  ];
}

function listLine({ id, downRevisions, message, createDate }: Revision): string {
  return `${position(downRevisions)} → ${id}  ${message}  ${createDate}`;
}

function logLines({ log }: HistoryEntry): string[] {
  if (!log) return [];
  const time = log.milliseconds === null ? "" : ` in ${log.milliseconds.toFixed(0)} ms`;
  const what = log.direction === "stamp" ? "Stamped" : "Applied";
  const how = log.direction === "stamp" ? "" : time;
  return [`${what}: ${log.startedAt.toISOString()}${how}, by ${log.userName} (${log.applicationName})`];
}

function marks({ head, current, applied, changed }: HistoryEntry): string {
  const words = [
    head && "head",
    current && "current",
    !applied && "not applied",
    changed && "changed since it was applied",
  ].filter(Boolean);
  return words.length > 0 ? `  (${words.join(", ")})` : "";
}
