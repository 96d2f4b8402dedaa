import { assertEquals } from "@std/assert";
import type { FieldValue, Message } from "./message.ts";
import { transcriptText } from "./text.ts";
import { transcripts } from "./transcript.ts";

/** Messages from lines such as `> Parse statement=s1 sql=SELECT`, a millisecond apart. */
function messages(text: string, connection = 1): Message[] {
  return text.trim().split("\n").map((line, at) => {
    const [arrow, name, ...pairs] = line.trim().split(" ");
    const fields: Record<string, FieldValue> = Object.fromEntries(pairs.map((pair) => pair.split("=")));
    return { connection, at, from: arrow === ">" ? "client" : "server", name, bytes: 5, piece: 1, fields };
  });
}

const PIPELINE = messages(`
  > Parse statement=long_1 sql=SELECT
  > Bind statement=long_1
  > Execute
  > Sync
  > Bind statement=long_1
  > Execute
  > Sync
  < ParseComplete
  < BindComplete
  < ErrorResponse sqlstate=22012 message=division
  < ReadyForQuery status=idle
  < BindComplete
  < DataRow
  < DataRow
  < CommandComplete tag=SELECT
  < ReadyForQuery status=idle
  > Bind statement=long_1
  > Execute
  > Sync`);

Deno.test("wiretap: what fails and what is skipped, up to Sync and no further", () => {
  const [{ flights, roundTrips }] = transcripts(PIPELINE);
  assertEquals(flights[0].lines.map(({ name, outcome }) => outcome ? `${name} ${outcome}` : name), [
    "Parse",
    "Bind",
    "Execute failed",
    "Sync",
    "Bind",
    "Execute",
    "Sync",
  ]);
  assertEquals([flights.length, roundTrips], [3, 1]);
});

Deno.test("wiretap: an error at Parse skips the rest, also what comes after it", () => {
  const [{ flights }] = transcripts(messages(`
    > Parse statement=a
    < ErrorResponse
    > Bind statement=a
    > Execute
    > Sync
    < ReadyForQuery
    > Query
    < CommandComplete
    < ReadyForQuery`));
  const said = flights.filter(({ from }) => from === "client").flatMap(({ lines }) => lines);
  assertEquals(said.map(({ outcome }) => outcome), ["failed", "skipped", "skipped", undefined, undefined]);
});

Deno.test("wiretap: the answer to a Query is over at ReadyForQuery, also after an error", () => {
  const [{ flights }] = transcripts(messages(`
    > Query
    > Query
    < ErrorResponse
    < ReadyForQuery
    < CommandComplete
    < ReadyForQuery`));
  assertEquals(flights[0].lines.map(({ outcome }) => outcome), ["failed", undefined]);
});

Deno.test("wiretap: a conversation as text", () => {
  const text = transcriptText(transcripts([...PIPELINE, ...messages("> Terminate", 2)]));
  assertEquals(
    text,
    `connection 1: 1 round trip
    0.0 ms  → Parse  S1: SELECT
            → Bind  S1
            → Execute [failed]
            → Sync
            → Bind  S1
            → Execute
            → Sync
    7.0 ms  ← ParseComplete
            ← BindComplete
            ← ErrorResponse  22012: division
            ← ReadyForQuery  idle
            ← BindComplete
            ← DataRow × 2  the first: ()
            ← CommandComplete  SELECT
            ← ReadyForQuery  idle
   16.0 ms  → Bind  S1, prepared before
            → Execute
            → Sync

connection 2: 0 round trips
    0.0 ms  → Terminate`,
  );
});
