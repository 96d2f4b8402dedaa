/**
 * Draws a conversation: cards of messages that travel together, and arrows between the two sides.
 *
 * @module
 */
import type { Transcript } from "../../wiretap/transcript.ts";
import { drawing, inks, label, round } from "../svg.ts";
import { textWidth } from "../text_width.ts";
import { colours, phaseColours, tints } from "../theme.ts";
import {
  type ConversationLayout,
  conversationLayout,
  type DrawnConnection,
  type DrawnFlight,
  type DrawnLine,
  sizes,
  width,
} from "./conversation_layout.ts";

export type { ConversationLayout } from "./conversation_layout.ts";

const sides = {
  client: { colour: phaseColours.statement, fill: tints.client },
  server: { colour: phaseColours.answer, fill: tints.server },
} as const;

/** Draws conversations. */
export function drawConversation(
  transcripts: readonly Transcript[],
  alt: string,
  title?: string,
): { layout: ConversationLayout; svg: string; width: number } {
  const layout = conversationLayout(transcripts, title);
  const parts = [
    ...(layout.title === undefined
      ? []
      : [label(layout.title, sizes.margin, sizes.margin + 16, { size: 16, bold: true })]),
    ...layout.connections.flatMap(drawConnection),
    label(
      "A card holds what was said without a word from the other side; a round trip is a card of the client and its answer.",
      sizes.margin,
      layout.height - sizes.margin,
      { size: sizes.font, colour: inks.soft },
    ),
  ];
  return { layout, svg: drawing(parts, width, layout.height, alt), width };
}

function drawConnection({ heading, y, flights }: DrawnConnection): string[] {
  const [client, server] = [sizes.margin + sizes.time, sizes.margin + sizes.time + sizes.card + sizes.gap];
  const style = { size: 13.5, bold: true };
  return [
    label("client", client, y + 17, { ...style, colour: sides.client.colour }),
    label("server", server, y + 17, { ...style, colour: tints.answerText }),
    label(heading, server + sizes.card, y + 17, { size: 13, colour: inks.soft, anchor: "end" }),
    ...flights.map(drawFlight),
  ];
}

function drawFlight({ from, time, x, y, height, lines }: DrawnFlight): string {
  const { colour, fill } = sides[from];
  const card = `<rect x="${round(x)}" y="${round(y)}" width="${sizes.card}" height="${round(height)}" rx="5" ` +
    `fill="${fill}" stroke="${colour}" stroke-width="1.4"/>`;
  const texts = lines.map((line, index) => drawLine(line, x, y + sizes.pad + index * sizes.line + 14));
  const clock = label(time, sizes.margin + sizes.time - 10, y + sizes.pad + 14, {
    size: sizes.font,
    colour: inks.soft,
    anchor: "end",
  });
  return card + texts.join("") + clock + arrow(from, y + Math.min(height / 2, sizes.pad + 10), colour);
}

/** An arrow across the gap, towards the other side. */
function arrow(from: DrawnFlight["from"], y: number, colour: string): string {
  const start = sizes.margin + sizes.time + sizes.card + 6;
  const end = start + sizes.gap - 12;
  const [tail, head, back] = from === "client" ? [start, end, -7] : [end, start, 7];
  return `<path d="M${round(tail)} ${round(y)}H${round(head)}m${back} -4.5L${round(head)} ${round(y)}l${back} 4.5" ` +
    `fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function drawLine({ name, says, outcome, isError }: DrawnLine, x: number, y: number): string {
  const at = x + sizes.pad;
  const isOff = outcome === "skipped";
  const trouble = isError || outcome === "failed";
  const nameColour = trouble ? tints.failedText : isOff ? inks.edge : inks.text;
  const style = { size: sizes.font };
  const sign = trouble
    ? `<path d="M${round(x - 4)} ${round(y - 8)}l7 7m0 -7l-7 7" stroke="${colours.vermilion}" stroke-width="2.4"/>`
    : "";
  const words = says === ""
    ? ""
    : label(says, at + textWidth(name, sizes.font, true) + 10, y, { ...style, colour: isOff ? inks.edge : inks.soft });
  const end = outcome === undefined
    ? ""
    : label(outcome, x + sizes.card - sizes.pad, y, { ...style, colour: nameColour, anchor: "end" });
  return sign + label(name, at, y, { ...style, bold: true, colour: nameColour }) + words + end;
}
