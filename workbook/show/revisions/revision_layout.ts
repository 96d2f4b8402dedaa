/**
 * Lays out the revisions of a migrations folder: base at the bottom, each revision above its parents, and a lane per
 * branch.
 *
 * @module
 */
import { textWidth } from "../text_width.ts";

/** The parts of a revision needed by the picture. */
export interface DrawnRevision {
  readonly id: string;
  readonly message: string;
  /** Parent revisions: none for the first, more than one for a merge. */
  readonly downRevisions: readonly string[];
}

/** A revision and its state in a database. */
export interface DrawnHistoryEntry {
  readonly revision: DrawnRevision;
  /** Applied to this database. */
  readonly applied: boolean;
  /** The current revision of the database. */
  readonly current: boolean;
  /** No revision follows it. */
  readonly head: boolean;
}

/** A revision as a box; positions and sizes in pixels. */
export interface RevisionBox {
  /** `"base"` for the position before the first revision. */
  readonly id: string;
  readonly message: string;
  readonly applied: boolean;
  readonly current: boolean;
  readonly head: boolean;
  /** Branches side by side, from 0. */
  readonly lane: number;
  /** Length of the longest path from base, which has rank 0. */
  readonly rank: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A connection from a parent's box to the box above. */
export interface RevisionLine {
  readonly from: string;
  readonly to: string;
  /** The upper revision is applied. */
  readonly applied: boolean;
  /** All segments are horizontal or vertical. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The whole picture as data. */
export interface RevisionLayout {
  readonly width: number;
  readonly height: number;
  /** From base upwards, and within a row from left to right. */
  readonly boxes: readonly RevisionBox[];
  readonly lines: readonly RevisionLine[];
}

/** A revision's parent was not given. */
export class MissingRevisionError extends Error {
  override readonly name = "MissingRevisionError";
  constructor(id: string, parent: string) {
    super(`Revision "${id}" follows "${parent}", which is missing. Pass the whole history.`);
  }
}

/** Sizes in pixels. */
export const revisionSizes = {
  margin: 14,
  pad: 12,
  box: 52,
  base: 28,
  strip: 23,
  gap: 44,
  bend: 13,
  laneGap: 26,
} as const;
/** Font sizes in pixels. */
export const revisionFonts = { id: 14, message: 13, small: 12 } as const;
/** Maximum box width by number of lanes; the last applies to more lanes. */
const widestBox = [380, 290, 230, 190];

/**
 * Lays out revisions. Equal revisions give equal pictures.
 * @throws {MissingRevisionError}
 */
export function revisionLayout(history: readonly DrawnHistoryEntry[]): RevisionLayout {
  const ranks = rank(history);
  // the history is newest first; within a rank, the oldest gets the lane of its parent
  const sorted = history.toReversed().toSorted((a, b) => ranks.get(a.revision.id)! - ranks.get(b.revision.id)!);
  const { laneOf, detours } = assignLanes(sorted, ranks);
  const lanes = 1 + Math.max(...laneOf.values(), ...detours.values());
  const width = boxWidth(history, lanes);
  const boxes = placeBoxes(sorted, ranks, laneOf, width);
  const lines = sorted.flatMap(({ revision, applied }) =>
    parentsOf(revision).map((from): RevisionLine => ({
      from,
      to: revision.id,
      applied,
      points: route(boxes, from, revision.id, laneX(detours.get(edge(from, revision.id))!, width) + width / 2),
    }))
  );
  const { margin } = revisionSizes;
  return {
    width: laneX(lanes - 1, width) + width + margin,
    height: margin + Math.max(...boxes.map(({ y, height }) => y + height)),
    boxes,
    lines,
  };
}

const BASE = "base";

function parentsOf({ downRevisions }: DrawnRevision): readonly string[] {
  return downRevisions.length === 0 ? [BASE] : downRevisions;
}

function edge(from: string, to: string): string {
  return `${from} → ${to}`;
}

/** Returns the length of the longest path from base to each revision. */
function rank(history: readonly DrawnHistoryEntry[]): Map<string, number> {
  const byId = new Map(history.map(({ revision }) => [revision.id, revision]));
  const ranks = new Map([[BASE, 0]]);
  const visit = (revision: DrawnRevision): number => {
    const known = ranks.get(revision.id);
    if (known !== undefined) return known;
    const below = parentsOf(revision).map((parent) => {
      if (parent === BASE) return 0;
      const found = byId.get(parent);
      if (found === undefined) throw new MissingRevisionError(revision.id, parent);
      return visit(found);
    });
    const own = 1 + Math.max(...below);
    ranks.set(revision.id, own);
    return own;
  };
  for (const { revision } of history) visit(revision);
  return ranks;
}

/** Returns the lane of each box, and the lane in which each line passes intermediate rows. */
function assignLanes(sorted: readonly DrawnHistoryEntry[], ranks: ReadonlyMap<string, number>) {
  const taken = new Set(["0 0"]);
  const cells = (lane: number, from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `${lane} ${from + index}`);
  const isFree = (lane: number, from: number, to: number) => cells(lane, from, to).every((cell) => !taken.has(cell));
  const firstFree = (from: number, to: number, lane: number): number =>
    isFree(lane, from, to) ? lane : firstFree(from, to, lane + 1);
  const laneOf = new Map([[BASE, 0]]);
  const detours = new Map<string, number>();
  for (const { revision } of sorted) {
    const own = ranks.get(revision.id)!;
    const parents = parentsOf(revision).map((id) => ({ id, lane: laneOf.get(id)!, rank: ranks.get(id)! }))
      .toSorted((a, b) => a.lane - b.lane);
    const lane = parents.find((parent) => isFree(parent.lane, parent.rank + 1, own))?.lane ??
      firstFree(parents[0].rank + 1, own, parents[0].lane);
    laneOf.set(revision.id, lane);
    taken.add(`${lane} ${own}`);
    for (const parent of parents) {
      const [low, high] = [parent.rank + 1, own - 1];
      // a branch runs in its own lane, a merge in that of its parent
      const detour = (parents.length === 1 ? [lane, parent.lane] : [parent.lane, lane]).find((each) =>
        isFree(each, low, high)
      ) ?? firstFree(low, high, 0);
      detours.set(edge(parent.id, revision.id), detour);
      for (const cell of cells(detour, low, high)) taken.add(cell);
    }
  }
  return { laneOf, detours };
}

/** Returns the common width of all boxes: that of the widest text, limited by the page. */
function boxWidth(history: readonly DrawnHistoryEntry[], lanes: number): number {
  const { pad } = revisionSizes;
  const widest = Math.max(
    180,
    ...history.map(({ revision, head }) =>
      2 * pad + Math.max(
        textWidth(revision.id, revisionFonts.id, true) + (head ? 56 : 0),
        textWidth(revision.message, revisionFonts.message),
      )
    ),
  );
  return Math.ceil(Math.min(widest, widestBox[Math.min(lanes, widestBox.length) - 1]));
}

function laneX(lane: number, width: number): number {
  return revisionSizes.margin + lane * (width + revisionSizes.laneGap);
}

function placeBoxes(
  sorted: readonly DrawnHistoryEntry[],
  ranks: ReadonlyMap<string, number>,
  laneOf: ReadonlyMap<string, number>,
  width: number,
): RevisionBox[] {
  const isAtBase = !sorted.some(({ current }) => current);
  const entries = [
    { id: BASE, message: "", applied: false, current: isAtBase, head: false },
    ...sorted.map(({ revision: { id, message }, applied, current, head }) => ({ id, message, applied, current, head })),
  ].map((entry) => ({
    ...entry,
    lane: laneOf.get(entry.id)!,
    rank: ranks.get(entry.id)!,
    height: (entry.id === BASE ? revisionSizes.base : revisionSizes.box) + (entry.current ? revisionSizes.strip : 0),
  })).toSorted((a, b) => a.rank - b.rank || a.lane - b.lane);
  const rows = Map.groupBy(entries, (entry) => entry.rank);
  const bottoms = new Map<number, number>();
  let y: number = revisionSizes.margin;
  for (const [row, own] of [...rows].toSorted(([a], [b]) => b - a)) {
    y += Math.max(...own.map(({ height }) => height));
    bottoms.set(row, y);
    y += revisionSizes.gap;
  }
  return entries.map((entry) => ({
    ...entry,
    x: laneX(entry.lane, width),
    y: bottoms.get(entry.rank)! - entry.height,
    width,
  }));
}

/**
 * Routes a line from the middle of the lower box's top to the middle of the upper box's bottom. Branches split near the
 * lower box and merges join near the upper one, so that two lines in one gap remain distinct.
 */
function route(boxes: readonly RevisionBox[], from: string, to: string, between: number): [number, number][] {
  const { gap, bend } = revisionSizes;
  const [low, high] = [from, to].map((id) => boxes.find((box) => box.id === id)!);
  const [start, end] = [low.x + low.width / 2, high.x + high.width / 2];
  const parting = Math.min(...boxes.filter(({ rank }) => rank === low.rank).map(({ y }) => y)) - bend;
  const meeting = high.y + high.height + gap / 2;
  const turns: [number, number][] = between === start
    ? [[start, meeting], [end, meeting]]
    : [[start, parting], [between, parting], [between, meeting], [end, meeting]];
  const points: [number, number][] = [[start, low.y], ...turns, [end, high.y + high.height]];
  return points.filter(([x], index) => index === 0 || x !== points[index - 1][0] || x !== points[index + 1]?.[0]);
}
