/**
 * Draws the revisions of a migrations folder: their order, which are applied, and the current revision.
 *
 * @module
 */
import { Picture } from "../picture.ts";
import { type DrawnHistoryEntry, type RevisionLayout, revisionLayout } from "./revision_layout.ts";
import { drawRevisions } from "./revision_svg.ts";

/** Options of {@linkcode revisionGraph}. */
export interface RevisionGraphOptions {
  /** Title of the picture. */
  readonly title?: string;
}

/**
 * Draws revisions from base, at the bottom, to the heads: filled if applied, dashed if pending, with the current
 * revision of the database marked.
 *
 * ```ts ignore
 * await show(revisionGraph(await history(engine, "migrations")));
 * ```
 *
 * @param history all revisions, newest first, as returned by `history()` of `lib/migrate`
 * @throws {MissingRevisionError} if a revision follows one that is not in the history
 */
export function revisionGraph(
  history: readonly DrawnHistoryEntry[],
  options: RevisionGraphOptions = {},
): Picture<RevisionLayout> {
  const layout = revisionLayout(history);
  const alt = revisionAlt(history);
  return new Picture({ layout, alt, text: revisionText(history), ...drawRevisions(layout, alt, options.title) });
}

/** Generates alternative text: the number of revisions and the current one. */
function revisionAlt(history: readonly DrawnHistoryEntry[]): string {
  const applied = history.filter((entry) => entry.applied).length;
  const heads = history.filter(({ head }) => head).map(({ revision }) => revision.id);
  const count = `${history.length} revision${history.length === 1 ? "" : "s"}`;
  const state = history.length === 0 ? "" : `: ${applied} applied, ${history.length - applied} pending`;
  const headText = heads.length === 0 ? "" : ` ${heads.length === 1 ? "Head" : "Heads"}: ${heads.join(", ")}.`;
  return `Graph of ${count}${state}. The database is at ${position(history)}.${headText}`;
}

/** Formats one line per revision, newest first, and base. */
function revisionText(history: readonly DrawnHistoryEntry[]): string {
  const lines = history.map(({ revision: { id, message, downRevisions }, applied, current, head }) => {
    const after = downRevisions.length === 0 ? "base" : downRevisions.join(" and ");
    const state = [applied ? "applied" : "pending", ...(head ? ["head"] : []), ...(current ? [HERE] : [])];
    return `${id} ${message} (after ${after}): ${state.join(", ")}`;
  });
  return [...lines, `base${history.some(({ current }) => current) ? "" : `: ${HERE}`}`].join("\n");
}

const HERE = "current";

function position(history: readonly DrawnHistoryEntry[]): string {
  return history.filter(({ current }) => current).map(({ revision }) => revision.id).join(" and ") || "base";
}
