/**
 * What a conversation means: which messages belong together, what failed, and what the server skipped.
 *
 * @module
 */
import type { Message, Speaker } from "./message.ts";

/** Messages of the client that the server answers, and what ends the answer. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  Parse: ["ParseComplete"],
  Bind: ["BindComplete"],
  Close: ["CloseComplete"],
  Describe: ["RowDescription", "NoData"],
  Execute: ["CommandComplete", "EmptyQueryResponse", "PortalSuspended"],
  Sync: ["ReadyForQuery"],
  Query: ["ReadyForQuery"],
};

/** A message, and what became of it. */
export interface Line extends Message {
  /** How many of the same kind follow each other, rows above all. */
  readonly count: number;
  /** Short name of the statement on this connection, `S1`, `S2`, …, and whether an earlier flight prepared it. */
  readonly statement?: { readonly name: string; readonly isPreparedBefore: boolean };
  /** `failed`: the server answered with an error; `skipped`: it came after that, before Sync. */
  readonly outcome?: "failed" | "skipped";
}

/** Messages of one speaker that follow each other, with nothing from the other in between. */
export interface Flight {
  readonly connection: number;
  readonly from: Speaker;
  /** Milliseconds since the conversation began. */
  readonly at: number;
  readonly lines: readonly Line[];
}

/** A conversation on one connection. */
export interface Transcript {
  readonly connection: number;
  readonly flights: readonly Flight[];
  /** How often the client waited for an answer. */
  readonly roundTrips: number;
}

/** Sorts messages by connection and flight. */
export function transcripts(messages: readonly Message[]): Transcript[] {
  return [...Map.groupBy(messages, ({ connection }) => connection)].map(([connection, own]) => {
    const outcomes = outcomesOf(own);
    const statements = new Map<string, { name: string; flight: number }>();
    const flights: { connection: number; from: Speaker; at: number; lines: Line[] }[] = [];
    for (const message of own) {
      let flight = flights.at(-1);
      if (flight?.from !== message.from) {
        flight = { connection, from: message.from, at: message.at, lines: [] };
        flights.push(flight);
      }
      const outcome = outcomes.get(message);
      const before = flight.lines.at(-1);
      if (before && isRepeated(before, message)) flight.lines.splice(-1, 1, { ...before, count: before.count + 1 });
      else {
        const statement = statementOf(message, flights.length, statements);
        flight.lines.push({
          ...message,
          count: 1,
          ...(outcome ? { outcome } : {}),
          ...(statement ? { statement } : {}),
        });
      }
    }
    const answered = flights.filter(({ from }, index) => from === "client" && flights[index + 1]?.from === "server");
    return { connection, flights, roundTrips: answered.length };
  });
}

/** Names the statements that have a name in the order of their appearance: those of drivers are long and random. */
function statementOf(
  { fields: { statement } }: Message,
  flight: number,
  statements: Map<string, { name: string; flight: number }>,
): Line["statement"] {
  if (typeof statement !== "string" || statement === "") return undefined;
  const known = statements.getOrInsertComputed(statement, () => ({ name: `S${statements.size + 1}`, flight }));
  return { name: known.name, isPreparedBefore: known.flight < flight };
}

function isRepeated(before: Line, { name }: Message): boolean {
  return before.name === name && (name === "DataRow" || name === "CopyData" || name === "ParameterStatus");
}

/** Follows which message of the client the server answers: one after another, but for those that it skips. */
function outcomesOf(messages: readonly Message[]): Map<Message, "failed" | "skipped"> {
  const outcomes = new Map<Message, "failed" | "skipped">();
  const waiting: Message[] = [];
  let isSkipping = false;
  /** After an error the server looks at nothing before Sync. */
  const skip = () => {
    while (isSkipping && waiting.length > 0) {
      isSkipping = waiting[0].name !== "Sync";
      if (isSkipping) outcomes.set(waiting.shift()!, "skipped");
    }
  };
  for (const message of messages) {
    if (message.from === "client") {
      if (ENDS[message.name]) waiting.push(message);
    } else if (message.name === "ErrorResponse") {
      const [failed] = waiting;
      if (failed) outcomes.set(failed, "failed");
      isSkipping = failed !== undefined && failed.name !== "Query";
      if (isSkipping) waiting.shift();
    } else if (waiting.length > 0 && ENDS[waiting[0].name].includes(message.name)) waiting.shift();
    skip();
  }
  return outcomes;
}
