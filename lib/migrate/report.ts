/** Progress and history as lines of text. @module */
import type { HistoryEntry } from "./commands.ts";
import { holderText } from "./migration_lock.ts";
import { type MigrationProgress, type MigrationStep, position } from "./runner.ts";

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

/** One line for each entry, in their order; says so when there is none. */
export function historyLines(entries: readonly HistoryEntry[]): string[] {
  if (entries.length === 0) return ["there are no revisions yet"];
  return entries.map((entry) => {
    const { id, downRevisions, message, createDate } = entry.revision;
    return `${position(downRevisions)} → ${id}  ${message}  ${createDate}${marks(entry)}`;
  });
}

/** One line for each revision at which the database stands. */
export function currentLines(entries: readonly HistoryEntry[]): string[] {
  if (entries.length === 0) return ["base: no revision is applied"];
  return entries.map((entry) => `${entry.revision.id}  ${entry.revision.message}${entry.head ? "  (head)" : ""}`);
}

function marks({ head, current, applied }: HistoryEntry): string {
  const words = [head && "head", current && "current", !applied && "not applied"].filter(Boolean);
  return words.length > 0 ? `  (${words.join(", ")})` : "";
}
