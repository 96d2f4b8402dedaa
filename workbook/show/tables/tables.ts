/**
 * Draws the tables of a metadata: a box per table and a line per foreign key.
 *
 * @module
 */
import { Picture } from "../picture.ts";
import { type Box, type DrawnMetadata, type Line, sizes, type TablesLayout, tablesLayout } from "./tables_layout.ts";
import { drawing, inks, label } from "../svg.ts";
import { textWidth } from "../text_width.ts";
import { colours } from "../theme.ts";

/** The result of {@linkcode tables}. */
export class TablesPicture extends Picture<TablesLayout> {
  constructor(metadata: DrawnMetadata) {
    const layout = tablesLayout(metadata);
    const alt = tablesAlt(layout);
    const { width, height } = extent(layout);
    const parts = [...layout.lines.map(line), ...layout.boxes.map(box), legend(layout)];
    super({ layout, alt, text: alt, svg: drawing(parts, width, height, alt), width });
  }
}

/** Generates alternative text: the tables and their foreign keys. */
function tablesAlt({ boxes, lines }: TablesLayout): string {
  const names = boxes.map(({ table }) => table).join(", ") || "none";
  const keys = lines.map(({ label, nullable }) => label + (nullable ? " (or NULL)" : "")).join("; ");
  return `Tables: ${names}. Foreign keys: ${keys || "none"}.`;
}

/**
 * Draws the tables of a metadata, with their columns and keys, and a line from each foreign key to its target.
 *
 * It is displayed as the last value of a cell, or with `await show(tables(metadata))`, which also preserves its size.
 *
 * @param metadata the result of `declarativeBase()`, or any object with tables by name
 * @example
 * ```ts ignore
 * const { model, metadata } = declarativeBase();
 * class Toy extends model("toys", { id: uuid().primaryKey().default(randomUuid), name: text() }) {}
 * await show(tables(metadata));
 * ```
 */
export function tables(metadata: DrawnMetadata): TablesPicture {
  return new TablesPicture(metadata);
}

/** Returns the size of the picture with its legend, in pixels. */
function extent({ width, height, lines }: TablesLayout): { width: number; height: number } {
  const legend = lines.length === 0 ? 0 : legendWidth;
  return { width: Math.ceil(Math.max(width, legend)), height: Math.ceil(height + 32) };
}

function box({ table, x, y, width, height, nameOffset, rows }: Box): string {
  const size = sizes.font;
  const texts = rows.map(({ keys, name, type }, index) => {
    const baseline = y + sizes.head + (index + 0.5) * sizes.row + 7;
    const isKey = keys.includes("PK");
    return (keys === ""
      ? ""
      : label(keys, x + sizes.pad, baseline, { size: size - 3, bold: true, colour: colours.blue })) +
      label(name, x + nameOffset, baseline, { size, bold: isKey }) +
      label(type, x + width - sizes.pad, baseline, { size, colour: inks.soft, anchor: "end" });
  });
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="white" stroke="${inks.edge}"/>`,
    `<path d="M${x},${y + sizes.head} v${6 - sizes.head} q0,-6 6,-6 h${width - 12} q6,0 6,6 v${sizes.head - 6} z"`,
    ` fill="${colours.blue}"/>`,
    label(table, x + sizes.pad, y + 20, { size: size + 1, bold: true, colour: "white" }),
    ...texts,
  ].join("");
}

/** Draws a line with a crow's foot at the "many" side, and a bar at the referenced row. */
function line({ points, unique, nullable }: Line): string {
  const style = `fill="none" stroke="${inks.line}" stroke-width="1.5"`;
  const [x, y] = points[0];
  const [endX, endY] = points.at(-1)!;
  const out = Math.sign(points[1][0] - x); // direction in which the line leaves its box
  const back = Math.sign(points.at(-2)![0] - endX);
  return `<path d="${rounded(points)}" ${style}${nullable ? ' stroke-dasharray="5 4"' : ""}/>` +
    `<path d="${unique ? bar(x, y, out) : crowsFoot(x, y, out)}${bar(endX, endY, back)}" ${style}/>`;
}

function crowsFoot(x: number, y: number, out: number): string {
  return `M${x},${y - 6} L${x + out * 12},${y} L${x},${y + 6} M${x},${y} h${out * 12}`;
}

/** Draws a bar across the line and the solid stretch to the box, which a dash could leave open. */
function bar(x: number, y: number, out: number): string {
  return `M${x + out * 8},${y - 6} v12 M${x},${y} h${out * 8}`;
}

/** Draws a path with rounded corners. */
function rounded(points: Line["points"]): string {
  const [start, ...rest] = points;
  let path = `M${start[0]},${start[1]}`;
  rest.forEach((point, index) => {
    const [before, after] = [points[index], rest[index + 1]];
    if (!after) return path += ` L${point[0]},${point[1]}`;
    const radius = Math.min(6, distance(before, point) / 2, distance(point, after) / 2);
    const [enter, leave] = [towards(point, before, radius), towards(point, after, radius)];
    path += ` L${enter[0]},${enter[1]} Q${point[0]},${point[1]} ${leave[0]},${leave[1]}`;
  });
  return path;
}

type Point = readonly [x: number, y: number];

function distance(a: Point, b: Point): number {
  return Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]); // lines are horizontal or vertical
}

function towards([x, y]: Point, [otherX, otherY]: Point, length: number): Point {
  return [x + Math.sign(otherX - x) * length, y + Math.sign(otherY - y) * length];
}

const legendSize = sizes.font - 2;
const signs: readonly { readonly text: string; readonly mark?: (x: number, y: number) => string }[] = [
  { text: "many rows", mark: (x, y) => `<path d="M${x},${y} h28 ${crowsFoot(x, y, 1)}"/>` },
  { text: "one row", mark: (x, y) => `<path d="M${x},${y} h28 ${bar(x + 28, y, -1)}"/>` },
  { text: "may be NULL", mark: (x, y) => `<path d="M${x},${y} h28" stroke-dasharray="5 4"/>` },
  { text: "PK primary key" },
  { text: "FK foreign key" },
  { text: "UQ unique" },
];
const legendWidth: number = signs.reduce<number>((x, sign) => x + signWidth(sign), sizes.margin);

function signWidth({ text, mark }: typeof signs[number]): number {
  return (mark ? 36 : 0) + textWidth(text, legendSize) + 22;
}

/** Draws the legend, unless there are no lines. */
function legend({ height, lines }: TablesLayout): string {
  if (lines.length === 0) return "";
  let x: number = sizes.margin;
  const y = height + 14;
  return signs.map((sign) => {
    const drawn =
      (sign.mark ? `<g fill="none" stroke="${inks.line}" stroke-width="1.5">${sign.mark(x, y - 4)}</g>` : "") +
      label(sign.text, x + (sign.mark ? 36 : 0), y, { size: legendSize, colour: inks.soft });
    x += signWidth(sign);
    return drawn;
  }).join("");
}
