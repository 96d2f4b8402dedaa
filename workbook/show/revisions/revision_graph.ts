/**
 * Draws the revisions of a migrations folder: what comes after what, what a database has, and where it stands.
 *
 * @module
 */
import { Picture } from "../picture.ts";
import { type DrawnHistoryEntry, type RevisionLayout, revisionLayout } from "./revision_layout.ts";
import { drawRevisions } from "./revision_svg.ts";

/** How a {@linkcode revisionGraph} looks. */
export interface RevisionGraphOptions {
  /** The text above the picture. */
  readonly title?: string;
}

/**
 * Draws revisions from base, at the bottom, to the heads: filled where they are applied, dashed where they are pending,
 * and with a flag where the database stands.
 *
 * ```ts ignore
 * await show(revisionGraph(await history(engine, "migrations")));
 * ```
 *
 * @param history every revision, the newest first, as `history()` of `lib/migrate` returns them
 * @throws {MissingRevisionError} when a revision comes after one that is not in the history
 */
export function revisionGraph(
  history: readonly DrawnHistoryEntry[],
  options: RevisionGraphOptions = {},
): Picture<RevisionLayout> {
  const layout = revisionLayout(history);
  const alt = revisionAlt(history);
  return new Picture({ layout, alt, text: revisionText(history), ...drawRevisions(layout, alt, options.title) });
}

/** Two sentences: how many revisions there are, and where the database stands. */
function revisionAlt(history: readonly DrawnHistoryEntry[]): string {
  const applied = history.filter((entry) => entry.applied).length;
  const heads = history.filter(({ head }) => head).map(({ revision }) => revision.id);
  const count = `${history.length} revision${history.length === 1 ? "" : "s"}`;
  const state = history.length === 0 ? "" : `: ${applied} applied, ${history.length - applied} pending`;
  const headText = heads.length === 0 ? "" : ` ${heads.length === 1 ? "Head" : "Heads"}: ${heads.join(", ")}.`;
  return `Graph of ${count}${state}. The database is at ${position(history)}.${headText}`;
}

/** A line for each revision, the newest first, and base. */
function revisionText(history: readonly DrawnHistoryEntry[]): string {
  const lines = history.map(({ revision: { id, message, downRevisions }, applied, current, head }) => {
    const after = downRevisions.length === 0 ? "base" : downRevisions.join(" and ");
    const state = [applied ? "applied" : "pending", ...(head ? ["head"] : []), ...(current ? [HERE] : [])];
    return `${id} ${message} (after ${after}): ${state.join(", ")}`;
  });
  return [...lines, `base${history.some(({ current }) => current) ? "" : `: ${HERE}`}`].join("\n");
}

const HERE = "the database is here";

function position(history: readonly DrawnHistoryEntry[]): string {
  return history.filter(({ current }) => current).map(({ revision }) => revision.id).join(" and ") || "base";
}
