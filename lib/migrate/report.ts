/** Formats progress, history and check results as lines of text. @module */
import { relative } from "node:path";
import type { AdoptedDatabase, BranchPoint, CheckResult, DryRun, HistoryEntry } from "./commands.ts";
import { holderText } from "./migration_lock.ts";
import type { MigrationProgress } from "./progress.ts";
import type { Revision } from "./revision_file.ts";
import { ignoredLines } from "./report_ignored.ts";
import { terminated } from "./sql_text.ts";
import { type MigrationStep, position } from "./steps.ts";

/**
 * Formats a progress event.
 *
 * @returns a line such as `base → 1a2b3c4d5e6f  create heroes  (12 ms)`; that of a step that starts ends in `…`
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
      return `${stepText(step)}  lock timeout (attempt ${attempt} of ${attempts}); next in ${pause} ms`;
    }
    case "found":
      return progress.valid
        ? `${stepText(progress.step)}  keeps index ${progress.index}, created by an earlier run`
        : `${stepText(progress.step)}  drops index ${progress.index}, left INVALID by an earlier run`;
    case "unchanged": {
      const names = progress.revisions.map(({ id, message }) => `${id} ${message}`);
      return `already at ${progress.atHead && names.length > 0 ? "head: " : ""}${position(names)}`;
    }
  }
}

/** Formats the result of `adopt`. */
export function adoptedLines({ revision, files, advice, differences }: AdoptedDatabase): string[] {
  return [
    ...files.map((path) => `wrote ${relative(".", path)}`),
    ...differences.map((line) => `models and database differ: ${line}`),
    ...(advice === undefined ? [] : [advice]),
    `now at ${revision.id}  ${revision.message}`,
  ];
}

/** Formats a step: `base → 1a2b3c4d5e6f  create heroes`. */
function stepText({ revision, from, to }: MigrationStep): string {
  return `${position(from)} → ${position(to)}  ${revision.message}`;
}

/** Options of lists of revisions. */
export interface ListOptions {
  /** The range that was asked for. */
  readonly range?: string | undefined;
  /** Show all fields of each revision. */
  readonly verbose?: boolean;
}

/** Formats history entries: a line each, or a paragraph if `verbose`. */
export function historyLines(entries: readonly HistoryEntry[], { verbose = false, range }: ListOptions = {}): string[] {
  if (entries.length === 0) return [none(range)];
  if (verbose) {
    return entries.flatMap((entry) => [...revisionLines(entry.revision, marks(entry)), ...logLines(entry), ""]);
  }
  return entries.map((entry) => `${listLine(entry.revision)}${marks(entry)}`);
}

/** Formats revisions without the state of a database. */
export function listLines(revisions: readonly Revision[], { verbose = false, range }: ListOptions = {}): string[] {
  if (revisions.length === 0) return [none(range)];
  return revisions.flatMap((revision) =>
    verbose ? [...revisionLines(revision), ""] : `${listLine(revision)}${inBrackets(revision.branchLabels)}`
  );
}

/** Formats the current revisions. */
export function currentLines(entries: readonly HistoryEntry[], { verbose = false }: ListOptions = {}): string[] {
  if (entries.length === 0) return ["base: no revision is applied"];
  if (verbose) return historyLines(entries, { verbose });
  return entries.map((entry) => `${entry.revision.id}  ${entry.revision.message}${entry.head ? "  (head)" : ""}`);
}

/** Formats heads, a line each. */
export function headLines(heads: readonly Revision[]): string[] {
  if (heads.length === 0) return ["no revisions"];
  return heads.map(({ id, message }) => `${id}  ${message}  (head)`);
}

/** Formats branch points and their children. */
export function branchLines(points: readonly BranchPoint[]): string[] {
  if (points.length === 0) return ["no branches"];
  return points.map(({ revision, children }) => {
    const next = children.map(({ id, message }) => `\n  → ${id}  ${message}`).join("");
    return `${revision.id}  ${revision.message}  (branch point)${next}`;
  });
}

/**
 * Formats revisions, a paragraph each.
 *
 * @param name the name that was looked up
 */
export function showLines(revisions: readonly Revision[], name: string): string[] {
  if (revisions.length === 0) {
    return [/(^|@)heads?$/.test(name) ? "no revisions" : `${name} is the state before the first revision`];
  }
  return revisions.flatMap((revision) => revisionLines(revision));
}

/**
 * Formats all fields of a revision.
 *
 * @param marks text after the id
 */
export function revisionLines(revision: Revision, marks = ""): string[] {
  return [
    `Revision: ${revision.id}${marks}`,
    `Parent: ${position(revision.downRevisions)}`,
    ...(revision.dependsOn.length > 0 ? [`Depends on: ${revision.dependsOn.join(", ")}`] : []),
    ...(revision.branchLabels.length > 0 ? [`Branch labels: ${revision.branchLabels.join(", ")}`] : []),
    `Date: ${revision.createDate}`,
    ...(revision.transactional ? [] : ["Runs outside a transaction"]),
    `File: ${revision.path}`,
    `    ${revision.message}`,
  ];
}

/** Formats a dry run: the statements of each revision, and the schema changes. */
export function dryRunLines({ steps, statements, changes }: DryRun): string[] {
  if (steps.length === 0) return ["nothing to do"];
  const lines = steps.flatMap((step) => [
    `-- ${stepText(step)}`,
    ...statements.filter(({ revision }) => revision === step.revision.id).map(({ sql, rowCount }) =>
      `${terminated(sql)}${rowCount > 0 ? `  -- ${rowCount} ${rowCount === 1 ? "row" : "rows"}` : ""}`
    ),
  ]);
  const difference = changes.length === 0 ? ["No schema changes."] : ["Schema changes:", ...changes];
  return [...lines, "", ...difference, "", "Dry run: everything was rolled back."];
}

/**
 * Formats the result of `check`, a line for each finding.
 *
 * @param options `verbose`: list what is ignored, instead of a line for each kind
 */
export function checkLines(result: CheckResult, { verbose = false }: ListOptions = {}): string[] {
  const { pending, changed, differences, unresolved, notCompared, unmodelled, isClean } = result;
  return [
    ...pending.map(({ id, message }) => `not applied: ${id}  ${message}`),
    ...changed.map(({ revision: { id, message } }) => `changed since it was applied: ${id}  ${message}`),
    ...(differences ?? []).map((line) => `models and database differ: ${line}`),
    ...unresolved.map((line) => `note: ${line}`),
    ...ignoredLines(unmodelled, verbose),
    ...(notCompared === "no metadata" ? ["models not compared: env.ts exports no metadata"] : []),
    ...(notCompared === "pending" ? ["models not compared: revisions are pending"] : []),
    ...(isClean ? ["no drift"] : []),
  ];
}

function none(range: string | undefined): string {
  return range === undefined ? "no revisions" : `no revisions in the range ${range}`;
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

function marks({ revision, head, current, applied, changed }: HistoryEntry): string {
  return inBrackets([
    ...revision.branchLabels,
    ...head ? ["head"] : [],
    ...current ? ["current"] : [],
    ...applied ? [] : ["not applied"],
    ...changed ? ["changed since it was applied"] : [],
  ]);
}

function inBrackets(words: readonly string[]): string {
  return words.length > 0 ? `  (${words.join(", ")})` : "";
}
