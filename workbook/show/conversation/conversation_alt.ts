/**
 * Alternative text of a conversation.
 *
 * @module
 */
import type { Transcript } from "../../wiretap/transcript.ts";

/** Describes each connection in a sentence. */
export function conversationAlt(transcripts: readonly Transcript[]): string {
  const sentences = transcripts.map(({ connection, flights, roundTrips }) => {
    const lines = flights.flatMap(({ lines }) => lines);
    const said = (who: string) => {
      const own = lines.filter(({ from }) => from === who);
      return `${plural(own.reduce((sum, { count }) => sum + count, 0), "message")} of the ${who}`;
    };
    const failed = lines.filter(({ outcome }) => outcome === "failed").length;
    const skipped = lines.filter(({ outcome }) => outcome === "skipped").length;
    const trouble = failed === 0 ? "" : `; ${failed} failed and ${skipped} skipped`;
    return `Connection ${connection}: ${said("client")} and ${said("server")} in ${
      plural(roundTrips, "round trip")
    }${trouble}.`;
  });
  return sentences.join(" ");
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
