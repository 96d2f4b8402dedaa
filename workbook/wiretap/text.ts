/**
 * A conversation as plain text: the client on the left, the server on the right.
 *
 * @module
 */
import type { Flight, Transcript } from "./transcript.ts";
import { describe } from "./words.ts";

/** Characters of a line. */
const WIDTH = 110;

/** Writes conversations as lines of text. */
export function transcriptText(transcripts: readonly Transcript[], width = WIDTH): string {
  return transcripts.map(({ connection, flights, roundTrips }) =>
    [
      `connection ${connection}: ${roundTrips} round trip${roundTrips === 1 ? "" : "s"}`,
      ...flights.flatMap((flight) => flightText(flight, width)),
    ].join("\n")
  ).join("\n\n");
}

/** Writes the messages of one flight. */
export function flightText({ from, at, lines }: Flight, width = WIDTH): string[] {
  return lines.map((line, index) => {
    const time = index === 0 ? `${at.toFixed(1)} ms` : "";
    const { name, says } = describe(line);
    const outcome = line.outcome ? ` [${line.outcome}]` : "";
    const arrow = from === "client" ? "→" : "←";
    const text = `${time.padStart(10)}  ${arrow} ${name}${outcome}${says ? `  ${says}` : ""}`;
    return text.length > width ? `${text.slice(0, width - 1)}…` : text;
  });
}
