/**
 * Renders a query plan as SVG: an icicle chart with the figures next to it and the findings below.
 *
 * @module
 */
import { drawLegendRow, legendEntry, legendLine, legendRows } from "../legend.ts";
import {
  type DrawnStep,
  planColumns as columns,
  planFonts as fonts,
  planSizes as sizes,
  type QueryPlanLayout,
} from "./query_plan_layout.ts";
import { drawing, inks, label, round } from "../svg.ts";
import { textWidth, wrapWidth } from "../text_width.ts";
import { colours, phaseColours, tints } from "../theme.ts";

const lineHeight = 19;

/**
 * Renders a plan.
 * @param advice shown below the picture
 * @returns the SVG, and its width in pixels
 */
export function drawQueryPlan(
  layout: QueryPlanLayout,
  advice: string,
  alt: string,
  title?: string,
): { svg: string; width: number } {
  const { width, bottom, steps } = layout;
  const legend = legendRows(legendOf(steps), width - 2 * sizes.margin);
  const legendTop = bottom + 12;
  const adviceTop = legendTop + legend.length * legendLine + 8;
  const lines = wrapWidth(advice, fonts.text, width - 2 * sizes.margin - 24);
  const height = adviceTop + lines.length * lineHeight + 28;
  const parts = [
    title === undefined ? "" : label(title, sizes.margin, sizes.margin + 15, { size: fonts.title, bold: true }),
    head(layout),
    ...steps.map(background),
    grid(layout),
    ...steps.map(drawStep),
    ...legend.map((row, index) => drawLegendRow(row, sizes.margin, legendTop + (index + 0.5) * legendLine)),
    `<rect x="${sizes.margin}" y="${adviceTop}" width="${width - 2 * sizes.margin}" ` +
    `height="${lines.length * lineHeight + 14}" rx="4" fill="${tints.row}"/>`,
    ...lines.map((line, index) =>
      label(line, sizes.margin + 12, adviceTop + 21 + index * lineHeight, { size: fonts.text })
    ),
  ];
  return { svg: drawing(parts, width, height, alt), width };
}

function head({ top, execution }: QueryPlanLayout): string {
  const style = { size: fonts.small, colour: inks.soft } as const;
  const right = { ...style, anchor: "end" } as const;
  const [first, second] = [top - 26, top - 10];
  const middle = (columns.rows + columns.rowsEnd) / 2;
  return [
    label("step", columns.title, second, style),
    label("0", columns.bars, second, style),
    label(execution, columns.barsEnd, second, right),
    label("ms, own", columns.own, second, right),
    label("total", columns.total, second, right),
    label("rows per loop", columns.came, first, right),
    label("expected", columns.expected, second, right),
    label("actual", columns.came, second, right),
    label("log scale", middle, second, { ...style, anchor: "middle" }),
    label("loops", columns.loops, second, right),
    label("pages", columns.pages, second, right),
  ].join("");
}

function background({ y, isSlowest, isWorst }: DrawnStep, index: number): string {
  const fill = isSlowest || isWorst ? tints.waiting : index % 2 === 0 ? tints.row : "white";
  return `<rect x="${sizes.margin}" y="${y}" width="${
    columns.end - 2 * sizes.margin
  }" height="${sizes.row}" fill="${fill}"/>`;
}

function grid({ top, bottom }: QueryPlanLayout): string {
  return `<path d="M${columns.bars} ${top}V${bottom}M${columns.barsEnd} ${top}V${bottom}" stroke="${inks.grid}"/>`;
}

function drawStep(step: DrawnStep): string {
  const { y, number, title, detail, indent, bar, isSlowest, isWorst } = step;
  const [first, second] = [y + 18, y + 34];
  const soft = { size: fonts.small, colour: inks.soft } as const;
  const figure = (text: string, x: number, bold = false) =>
    label(text, x, first, { size: fonts.text, anchor: "end", bold, colour: bar ? inks.text : inks.soft });
  return [
    number === undefined
      ? ""
      : label(String(number), columns.number, first, { size: fonts.text, anchor: "end", colour: inks.soft }),
    label(title, columns.title + indent, first, { size: fonts.text, bold: true, colour: bar ? inks.text : inks.soft }),
    label(detail, columns.title + indent, second, soft),
    bar === undefined ? "" : drawBar(bar, y, isSlowest),
    figure(step.own, columns.own, isSlowest),
    figure(step.total, columns.total),
    isSlowest ? mark("slowest", columns.own, second, triangle) : "",
    figure(step.expected, columns.expected),
    figure(step.came, columns.came, isWorst),
    drawRows(step),
    isWorst
      ? mark(`worst: ${step.factor}`, columns.rowsEnd, second, diamond)
      : label(step.factor, columns.rowsEnd, second, { ...soft, anchor: "end" }),
    figure(step.loops, columns.loops),
    figure(step.pages, columns.pages),
  ].join("");
}

/** Draws a right-aligned text preceded by a symbol. */
function mark(text: string, end: number, y: number, sign: (x: number, y: number) => string): string {
  return sign(round(end - textWidth(text, fonts.small, true) - 10), y - 4) +
    label(text, end, y, { size: fonts.small, bold: true, anchor: "end" });
}

/** Draws child steps on the left, the step's own time on the right, and a frame around the slowest. */
function drawBar({ x, width, selfX, selfWidth }: NonNullable<DrawnStep["bar"]>, y: number, isSlowest: boolean): string {
  const top = y + 9;
  const rect = (left: number, wide: number, attributes: string) =>
    `<rect x="${round(left)}" y="${top}" width="${round(wide)}" height="${sizes.bar}" ${attributes}/>`;
  return rect(x, width, `fill="${tints.below}"`) + rect(selfX, selfWidth, `fill="${phaseColours.statement}"`) +
    (isSlowest ? rect(x - 1.5, width + 3, `fill="none" stroke="${inks.text}" stroke-width="2"`) : "");
}

/** Draws expected rows as a ring, actual rows as a dot. */
function drawRows({ expectedX, cameX, y }: DrawnStep): string {
  if (expectedX === undefined || cameX === undefined) return "";
  return ring(expectedX, y + 14) + dot(cameX, y + 14) +
    (Math.abs(expectedX - cameX) < 9
      ? ""
      : `<path d="M${round(expectedX + Math.sign(cameX - expectedX) * 4)} ${y + 14}` +
        `H${round(cameX)}" stroke="${inks.line}" stroke-width="1.5"/>`);
}

function ring(x: number, y: number): string {
  return `<circle cx="${round(x)}" cy="${y}" r="4" fill="white" stroke="${inks.line}" stroke-width="1.5"/>`;
}

function dot(x: number, y: number): string {
  return `<circle cx="${round(x)}" cy="${y}" r="3.2" fill="${colours.vermilion}"/>`;
}

function triangle(x: number, y: number): string {
  return `<path d="M${x} ${y - 5}l5.5 9.5h-11z" fill="${colours.vermilion}"/>`;
}

function diamond(x: number, y: number): string {
  return `<path d="M${x} ${y - 6}l6 6l-6 6l-6 -6z" fill="${colours.vermilion}"/>`;
}

/** Builds the legend from the symbols that occur. */
function legendOf(steps: readonly DrawnStep[]) {
  const square = (fill: string) => (x: number, y: number) =>
    `<rect x="${x}" y="${y - 6}" width="18" height="12" fill="${fill}"/>`;
  return [
    legendEntry("own time", 18, square(phaseColours.statement)),
    legendEntry("time of child steps", 18, square(tints.below)),
    legendEntry("expected rows", 10, (x, y) => ring(x + 5, y)),
    legendEntry("actual rows", 10, (x, y) => dot(x + 5, y)),
    legendEntry("slowest step", 12, (x, y) => triangle(x + 6, y)),
    ...(steps.some(({ isWorst }) => isWorst) ? [legendEntry("worst estimate", 12, (x, y) => diamond(x + 6, y))] : []),
  ];
}
