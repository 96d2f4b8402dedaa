/**
 * Lays out a picture of tables: tables in columns, each to the right of those it references.
 *
 * @module
 */
import { textWidth } from "../text_width.ts";

/** The parts of a column needed by the picture. */
export interface DrawnColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly primaryKey: boolean;
  readonly unique: boolean;
}

/** The parts of a foreign key needed by the picture. */
export interface DrawnForeignKey {
  readonly column: DrawnColumn;
  readonly to: DrawnTable;
  readonly referred: DrawnColumn;
}

/** The parts of a table needed by the picture; provided by the tables of a model's metadata. */
export interface DrawnTable {
  readonly name: string;
  readonly columns: readonly DrawnColumn[];
  foreignKeys(): readonly DrawnForeignKey[];
}

/** Tables by name, such as the metadata of a base. */
export interface DrawnMetadata {
  readonly tables: ReadonlyMap<string, DrawnTable>;
}

/** A row of a box: keys, column name, type. */
export interface BoxRow {
  readonly keys: string;
  readonly name: string;
  readonly type: string;
}

/** A table as a box, in pixels. */
export interface Box {
  readonly table: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Distance from the left edge of the box to the column names. */
  readonly nameOffset: number;
  readonly rows: readonly BoxRow[];
}

/** A foreign key as a line from the referencing column to the referenced one. */
export interface Line {
  /** `"users.team_id → teams.id"` */
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** The key is unique: the line starts without a crow's foot. */
  readonly unique: boolean;
  /** The key is nullable: the line is dashed. */
  readonly nullable: boolean;
}

/** The whole picture as data. */
export interface TablesLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** Sizes in pixels. */
export const sizes = { font: 14, head: 30, row: 24, pad: 12, gap: 34, gutter: 62, track: 12, margin: 14 } as const;

/** Lays out tables. Equal tables give equal pictures. */
export function tablesLayout({ tables }: DrawnMetadata): TablesLayout {
  const all = [...tables.values()];
  const keys = all.flatMap((from) => from.foreignKeys().map((key) => ({ from, ...key })));
  const ranks = rank(all, keys);
  const ranked = Array.from(
    { length: Math.max(0, ...ranks.values()) + 1 },
    (_, i) => all.filter((t) => ranks.get(t) === i),
  );
  const boxes = placeBoxes(ranked, keys);
  const lines = route(keys, ranks, ranked, boxes);
  const xs = [...boxes.values()].map(({ x, width }) => x + width);
  const ys = [...boxes.values()].map(({ y, height }) => y + height);
  const points = lines.flatMap((line) => line.points);
  return {
    width: Math.max(0, ...xs, ...points.map(([x]) => x)) + sizes.margin,
    height: Math.max(0, ...ys, ...points.map(([, y]) => y)) + sizes.margin,
    boxes: [...boxes.values()],
    lines,
  };
}

type Key = DrawnForeignKey & { readonly from: DrawnTable };

/**
 * Assigns a column to each table: to the right of all tables it references, as close as possible to those that
 * reference it.
 */
function rank(tables: readonly DrawnTable[], keys: readonly Key[]): Map<DrawnTable, number> {
  const depths = new Map<DrawnTable, number>();
  const forward: Key[] = []; // without keys that close a cycle
  const visit = (table: DrawnTable, path: ReadonlySet<DrawnTable>): number => {
    const known = depths.get(table);
    if (known !== undefined) return known;
    let depth = 0;
    for (const key of keys) {
      if (key.from !== table || key.to === table || path.has(key.to)) continue;
      depth = Math.max(depth, visit(key.to, new Set([...path, key.to])) + 1);
      forward.push(key);
    }
    depths.set(table, depth);
    return depth;
  };
  for (const table of tables) visit(table, new Set([table]));
  for (const table of tables.toSorted((a, b) => depths.get(b)! - depths.get(a)!)) {
    const referring = forward.filter(({ to }) => to === table).map(({ from }) => depths.get(from)!);
    if (referring.length > 0) depths.set(table, Math.min(...referring) - 1);
  }
  return depths;
}

function placeBoxes(ranked: DrawnTable[][], keys: readonly Key[]): Map<DrawnTable, Box> {
  const boxes = new Map<DrawnTable, Box>();
  const heightOf = (table: DrawnTable) => sizes.head + table.columns.length * sizes.row + 6;
  const heights = ranked.map((tables) => tables.reduce((sum, table) => sum + heightOf(table) + sizes.gap, -sizes.gap));
  const tallest = Math.max(...heights);
  let x: number = sizes.margin;
  ranked.forEach((tables, index) => {
    // place a table beside those it references; a table that references none keeps its declaration order
    const middle = (table: DrawnTable): number => {
      const targets = keys.filter(({ from, to }) => from === table && boxes.has(to)).map(({ to }) => boxes.get(to)!);
      if (targets.length === 0) return Infinity;
      return targets.reduce((sum, { y, height }) => sum + y + height / 2, 0) / targets.length;
    };
    const sorted = tables.map((table) => ({ table, at: middle(table) })).toSorted((a, b) =>
      a.at === b.at ? 0 : a.at - b.at
    );
    const rows = new Map(tables.map((table) => [table, boxRows(table, keys)]));
    const measured = tables.map((table) => measure(table, rows.get(table)!));
    const nameOffset = Math.max(...measured.map((box) => box.nameOffset));
    const width = Math.max(...measured.map((box) => box.width + nameOffset - box.nameOffset));
    const place = (offset: number) => {
      let y = sizes.margin + (tallest - heights[index]) / 2 + offset;
      for (const { table } of sorted) {
        const height = heightOf(table);
        boxes.set(table, { table: table.name, x, y, width, height, nameOffset, rows: rows.get(table)! });
        y += height + sizes.gap;
      }
    };
    // shift down a line that would touch another at the same height
    for (const offset of [0, 8, 16, 24]) {
      place(offset);
      if (!linesMeet(keys, tables, boxes)) break;
    }
    x += width + gutterOf(index + 1, ranked, keys);
  });
  return boxes;
}

/** Returns whether a line starts at the height at which another line ends at another table. */
function linesMeet(
  keys: readonly Key[],
  tables: readonly DrawnTable[],
  boxes: ReadonlyMap<DrawnTable, Box>,
): boolean {
  const drawn = keys.filter(({ from, to }) => tables.includes(from) && !tables.includes(to) && boxes.has(to));
  return drawn.some((one) =>
    drawn.some((other) =>
      one.to !== other.to &&
      Math.abs(rowMiddle(boxes, one.from, one.column) - rowMiddle(boxes, other.to, other.referred)) < 6
    )
  );
}

/** Returns the height at which a line meets the row of a column. */
function rowMiddle(boxes: ReadonlyMap<DrawnTable, Box>, table: DrawnTable, column: DrawnColumn): number {
  return boxes.get(table)!.y + sizes.head + (table.columns.indexOf(column) + 0.5) * sizes.row + 2;
}

function boxRows(table: DrawnTable, keys: readonly Key[]): BoxRow[] {
  return table.columns.map((column) => ({
    keys: [
      column.primaryKey ? "PK" : "",
      keys.some((key) => key.from === table && key.column === column) ? "FK" : "",
      column.unique ? "UQ" : "",
    ].filter((key) => key !== "").join(" "),
    name: column.name,
    type: column.type + (column.nullable ? ", null" : ""),
  }));
}

/** Returns the width of a box, and the offset of its names. */
function measure({ name }: DrawnTable, rows: readonly BoxRow[]): { width: number; nameOffset: number } {
  const widest = (texts: string[], size: number = sizes.font, bold = false) =>
    Math.max(0, ...texts.map((text) => textWidth(text, size, bold)));
  const keys = widest(rows.map((row) => row.keys), sizes.font - 3, true);
  const nameOffset = Math.ceil(sizes.pad + keys + (keys > 0 ? 10 : 0));
  const rowWidth = nameOffset + widest(rows.map((row) => row.name), sizes.font, true) + 22 +
    widest(rows.map((row) => row.type)) + sizes.pad;
  return { width: Math.ceil(Math.max(rowWidth, widest([name], sizes.font + 1, true) + 2 * sizes.pad)), nameOffset };
}

/** Gives each referenced table a vertical track in the gap to the left of a column. */
function tracksOf(column: number, ranked: readonly DrawnTable[][], keys: readonly Key[]): DrawnTable[] {
  return [...new Set(keys.filter(({ from }) => ranked[column]?.includes(from)).map(({ to }) => to))];
}

function gutterOf(column: number, ranked: readonly DrawnTable[][], keys: readonly Key[]): number {
  return sizes.gutter + sizes.track * Math.max(0, tracksOf(column, ranked, keys).length - 1);
}

function route(
  keys: readonly Key[],
  ranks: ReadonlyMap<DrawnTable, number>,
  ranked: readonly DrawnTable[][],
  boxes: ReadonlyMap<DrawnTable, Box>,
): Line[] {
  const bottom = Math.max(0, ...[...boxes.values()].map(({ y, height }) => y + height));
  let detours = 0;
  return keys.map((key) => {
    const [from, to] = [boxes.get(key.from)!, boxes.get(key.to)!];
    const [start, end] = [rowMiddle(boxes, key.from, key.column), rowMiddle(boxes, key.to, key.referred)];
    const [column, target] = [ranks.get(key.from)!, ranks.get(key.to)!];
    const right = to.x + to.width;
    let points: [number, number][];
    if (target < column) {
      const tracks = tracksOf(column, ranked, keys);
      const track = from.x - 28 - sizes.track * (tracks.length - 1 - tracks.indexOf(key.to));
      points = [[from.x, start], [track, start]];
      if (target < column - 1) { // below the tables in between
        const y = bottom + 18 + 10 * detours++;
        points.push([track, y], [right + 24, y], [right + 24, end]);
      } else points.push([track, end]);
      points.push([right, end]);
    } else if (target === column) { // to itself or a table in the same column: around the right side
      const side = right + 26;
      points = [[from.x + from.width, start], [side, start], [side, end], [right, end]];
    } else { // a key that closes a cycle
      const side = from.x + from.width + 26;
      points = [[from.x + from.width, start], [side, start], [side, end], [to.x, end]];
    }
    return {
      label: `${key.from.name}.${key.column.name} → ${key.to.name}.${key.referred.name}`,
      points: points.filter(([x, y], i) => i === 0 || x !== points[i - 1][0] || y !== points[i - 1][1]),
      unique: key.column.unique || key.column.primaryKey && key.from.columns.filter((c) => c.primaryKey).length === 1,
      nullable: key.column.nullable,
    };
  });
}
