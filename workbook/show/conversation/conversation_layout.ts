/**
 * Places the messages of a conversation: those of the client on the left, those of the server on the right, from top to
 * bottom.
 *
 * @module
 */
import type { Flight, Line, Transcript } from "../../wiretap/transcript.ts";
import { describe } from "../../wiretap/words.ts";
import { fitText, textWidth } from "../text_width.ts";

/** Sizes in pixels. */
export const sizes = {
  margin: 14,
  time: 64,
  card: 372,
  gap: 52,
  pad: 9,
  line: 19,
  between: 12,
  answer: 24,
  heading: 30,
  title: 34,
  font: 12.5,
} as const;

/** Width of the picture. */
export const width = 2 * sizes.margin + sizes.time + 2 * sizes.card + sizes.gap;

/** A message; its texts fit the card. */
export interface DrawnLine {
  readonly name: string;
  readonly says: string;
  readonly outcome: Line["outcome"];
  /** True for an error of the server. */
  readonly isError: boolean;
}

/** The messages of one flight. */
export interface DrawnFlight {
  readonly from: Flight["from"];
  readonly time: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly lines: readonly DrawnLine[];
}

/** One connection. */
export interface DrawnConnection {
  readonly heading: string;
  readonly y: number;
  readonly flights: readonly DrawnFlight[];
}

/** Everything that is drawn. */
export interface ConversationLayout {
  readonly title: string | undefined;
  readonly connections: readonly DrawnConnection[];
  readonly height: number;
}

/** Left edges of the cards. */
const left = { client: sizes.margin + sizes.time, server: sizes.margin + sizes.time + sizes.card + sizes.gap };

/** Lays out conversations. */
export function conversationLayout(transcripts: readonly Transcript[], title?: string): ConversationLayout {
  let y: number = sizes.margin + (title === undefined ? 0 : sizes.title);
  const connections = transcripts.map(({ connection, flights, roundTrips }): DrawnConnection => {
    const heading = `${transcripts.length > 1 ? `connection ${connection}: ` : ""}${roundTrips} round trip${
      roundTrips === 1 ? "" : "s"
    }`;
    const drawn: DrawnFlight[] = [];
    let bottom = y + sizes.heading;
    flights.forEach((flight, index) => {
      const before = drawn.at(-1);
      const isAnswer = flight.from === "server" && before !== undefined;
      const time = isAnswer
        ? `+${milliseconds(flight.at - flights[index - 1].at)} ms`
        : `${milliseconds(flight.at)} ms`;
      const lines = flight.lines.map(drawnLine);
      const height = lines.length * sizes.line + 2 * sizes.pad;
      // an answer begins beside its question; what follows stands below both
      const top = isAnswer ? before.y + sizes.answer : bottom + (before ? sizes.between : 0);
      drawn.push({ from: flight.from, time, x: left[flight.from], y: top, height, lines });
      bottom = Math.max(bottom, top + height);
    });
    const top = y;
    y = bottom + 2 * sizes.between;
    return { heading, y: top, flights: drawn };
  });
  return { title, connections, height: y + sizes.margin + 10 };
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function drawnLine(line: Line): DrawnLine {
  const { name, says } = describe(line);
  const nameWidth = textWidth(name, sizes.font, true);
  const outcome = line.outcome ? textWidth(line.outcome, sizes.font) + 14 : 0;
  const room = sizes.card - 2 * sizes.pad - nameWidth - 10 - outcome;
  return {
    name,
    says: fitText(says, sizes.font, room),
    outcome: line.outcome,
    isError: line.name === "ErrorResponse",
  };
}
