/**
 * Renders the plan of a unit of work as SVG: a card per statement, a bracket around each batch, and an arrow from each
 * step to those that depend on it.
 *
 * @module
 */
import { afterText, commitText, count, type PlanRow, type PlanRows } from "./plan_rows.ts";
import { drawing, inks, label } from "../svg.ts";
import { fitText, textWidth, wrapWidth } from "../text_width.ts";
import { colours, tints } from "../theme.ts";

/** Colour and symbol of each kind of statement, shown next to its name. */
const looks: Readonly<Record<PlanRow["kind"], { colour: string; sign: string }>> = {
  insert: { colour: colours.blue, sign: "M-6 0H6M0 -6V6" },
  update: { colour: colours.orange, sign: "M-6 -3H6M-6 3H6" },
  delete: { colour: colours.vermilion, sign: "M-6 0H6" },
  link: { colour: colours.green, sign: "M-6 0H4M0 -4L5 0L0 4" },
  unlink: { colour: colours.purple, sign: "M-5 -5L5 5M-5 5L5 -5" },
  defer: { colour: inks.soft, sign: "M-6 3V-5H6V3" },
};
const margin = 12;
const bracketWidth = 98;
const cardLeft = margin + bracketWidth + 14;
const cardWidth = 470;
const textLeft = cardLeft + 134;
const textRight = cardLeft + cardWidth - 14;
const arrowStep = 16;
const cardGap = 12;
const waitGap = 46;
const lineHeight = 17;
const small = 12.5;

interface Card {
  readonly row: PlanRow;
  readonly top: number;
  readonly height: number;
  readonly lines: readonly string[];
}

/**
 * Renders a plan.
 * @returns the SVG, and its width in pixels.
 */
export function drawPlan(
  { rows, commitGoesAlong }: PlanRows,
  alt: string,
  title?: string,
  notes: readonly string[] = [],
): { svg: string; width: number } {
  const arrows = rows.flatMap((row) => row.after.map((after) => ({ ...after, to: row.number })));
  const width = cardLeft + cardWidth + 22 + Math.max(arrows.length, 1) * arrowStep + margin;
  const parts: string[] = [];
  let y = margin;
  if (title !== undefined) {
    parts.push(label(title, margin, y + 16, { size: 16, bold: true }));
    y += 38;
  }
  for (const line of notes.flatMap((note) => wrapWidth(note, 13, width - 2 * margin))) {
    parts.push(label(line, margin, y + 12, { size: 13 }));
    y += lineHeight + 2;
  }
  if (notes.length > 0) y += 10;
  const cards: Card[] = [];
  for (const [index, row] of rows.entries()) {
    if (index > 0 && row.sending !== rows[index - 1].sending) {
      parts.push(waitLine(y - cardGap + waitGap / 2));
      y += waitGap - cardGap;
    }
    const lines = linesOf(row);
    const height = 40 + lines.length * lineHeight;
    cards.push({ row, top: y, height, lines });
    y += height + cardGap;
  }
  for (const [, own] of Map.groupBy(cards, ({ row }) => row.sending)) parts.push(bracket(own));
  parts.push(...cards.map(drawCard), ...drawArrows(arrows, cards));
  if (rows.length > 0) {
    parts.push(label(`${commitText(commitGoesAlong)}.`, cardLeft, y + 14, { size: small, colour: inks.soft }));
    y += 26;
  }
  if (arrows.length > 0) {
    parts.push(
      legend(y + 6, arrows.some(({ needsAnswer }) => !needsAnswer), arrows.some((arrow) => arrow.needsAnswer)),
    );
    y += 22;
  }
  const height = y + margin - 6;
  return { svg: drawing(parts, width, height, alt), width };
}

/** Returns the lines of a card: columns written, columns returned, and dependencies. */
function linesOf(row: PlanRow): string[] {
  const verb = row.kind === "delete" || row.kind === "unlink" ? "found by" : "writes";
  return [
    ...(row.columns.length === 0 ? ["writes defaults only"] : listLines(verb, row.columns)),
    ...(row.returned.length === 0 ? [] : listLines("returns:", row.returned)),
    ...wrapWidth(afterText(row).replace(/^, /, ""), small, textRight - textLeft),
  ];
}

/** Formats a list in at most three lines; the rest is counted. */
function listLines(head: string, names: readonly string[]): string[] {
  let lines: string[] = [];
  for (let kept = names.length; kept > 0; kept--) {
    const more = kept < names.length ? `, and ${names.length - kept} more` : "";
    lines = wrapWidth(`${head} ${names.slice(0, kept).join(", ")}${more}`, small, textRight - textLeft);
    if (lines.length <= 3) break;
  }
  return lines;
}

function drawCard({ row, top, height, lines }: Card): string {
  const { colour, sign } = looks[row.kind];
  const rows = count(row.rows, "row");
  const room = textRight - textLeft - textWidth(rows, 14) - 16;
  const head = top + 25;
  return [
    `<rect x="${cardLeft}" y="${top}" width="${cardWidth}" height="${height}" rx="6" fill="${tints.card}" stroke="${tints.cardEdge}"/>`,
    `<path d="M${cardLeft + 6} ${top}h-1a5 5 0 0 0 -5 5v${height - 10}a5 5 0 0 0 5 5h1z" fill="${colour}"/>`,
    label(String(row.number), cardLeft + 20, head, { size: 14, colour: inks.soft }),
    `<circle cx="${cardLeft + 48}" cy="${top + 20}" r="11" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<path d="${sign}" transform="translate(${cardLeft + 48} ${top + 20})" fill="none" stroke="${colour}" ` +
    `stroke-width="2.4"/>`,
    label(row.kind, cardLeft + 68, head, { size: 14 }),
    label(fitText(row.table, 14, room), textLeft, head, { size: 14, bold: true }),
    label(rows, textRight - textWidth(rows, 14), head, { size: 14 }),
    ...lines.map((line, index) =>
      label(line, textLeft, top + 45 + index * lineHeight, { size: small, colour: inks.soft })
    ),
  ].join("");
}

/** Draws the bracket around the cards of a batch. */
function bracket(cards: readonly Card[]): string {
  const [first, last] = [cards[0], cards.at(-1)!];
  const [top, bottom] = [first.top + 4, last.top + last.height - 4];
  const x = cardLeft - 8;
  const middle = (top + bottom) / 2;
  const text = cards.length === 1 ? ["sent"] : ["sent", "together"];
  return `<path d="M${x} ${top}h-8V${bottom}h8" fill="none" stroke="${inks.soft}" stroke-width="1.5"/>` +
    text.map((word, index) =>
      label(word, x - 18 - textWidth(word, 13), middle + 5 + (index - (text.length - 1) / 2) * lineHeight, { size: 13 })
    ).join("");
}

function waitLine(y: number): string {
  const text = "the client waits for the results";
  const left = cardLeft + (cardWidth - textWidth(text, small)) / 2;
  const line = (from: number, to: number) =>
    `<path d="M${from} ${y}H${to}" stroke="${colours.grey}" stroke-width="1.5" stroke-dasharray="2 4"/>`;
  return line(margin, left - 10) + label(text, left, y + 4, { size: small }) +
    line(left + textWidth(text, small) + 10, cardLeft + cardWidth);
}

/** Draws arrows in separate lanes, the shortest innermost. */
function drawArrows(arrows: readonly { number: number; to: number; needsAnswer: boolean }[], cards: readonly Card[]) {
  const x = cardLeft + cardWidth;
  return arrows.toSorted((a, b) => (a.to - a.number) - (b.to - b.number)).map((arrow, lane) => {
    const [from, to] = [cards[arrow.number - 1], cards[arrow.to - 1]];
    const start = from.top + from.height / 2 + 6;
    const arrowsIn = arrows.filter((each) => each.to === arrow.to);
    const end = to.top + to.height / 2 - 8 - arrowsIn.indexOf(arrow) * 9;
    const turn = x + 20 + lane * arrowStep;
    return path(`M${x + 1} ${start}H${turn - 6}q6 0 6 6V${end - 6}q0 6 -6 6H${x + 9}`, arrow.needsAnswer) +
      `<path d="M${x + 2} ${end}l9 -4.5v9z" fill="${inks.text}"/>`;
  });
}

function path(d: string, isSolid: boolean): string {
  return `<path d="${d}" fill="none" stroke="${inks.text}" stroke-width="1.6"${
    isSolid ? "" : ` stroke-dasharray="5 3"`
  }/>`;
}

function legend(y: number, hasOrder: boolean, hasAnswer: boolean): string {
  const entries = [
    ...(hasOrder ? [{ isSolid: false, text: "must follow" }] : []),
    ...(hasAnswer ? [{ isSolid: true, text: "needs a server-generated key" }] : []),
  ];
  let x = cardLeft;
  return entries.map(({ isSolid, text }) => {
    const drawn = path(`M${x} ${y + 4}h26`, isSolid) +
      `<path d="M${x + 34} ${y + 4}l-9 -4.5v9z" fill="${inks.text}"/>` +
      label(text, x + 42, y + 8, { size: small, colour: inks.soft });
    x += 42 + textWidth(text, small) + 28;
    return drawn;
  }).join("");
}
