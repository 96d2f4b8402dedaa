import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type EngineEvent, EngineEvents } from "../../../lib/engine/events.ts";
import { NoEventsError, timeline } from "./timeline.ts";

const events: EngineEvent[] = [
  { type: "connect", at: 0, milliseconds: 8, connection: 1 },
  { type: "checkout", at: 9, connection: 1, holder: "work" },
  { type: "begin", at: 9, milliseconds: 1, connection: 1 },
  {
    type: "query",
    at: 10,
    milliseconds: 80,
    connection: 1,
    sql: "select name from heroes",
    parameters: [],
    rowCount: 3,
  },
  { type: "query", at: 91, milliseconds: 0.1, connection: 1, sql: "select brief", parameters: [], rowCount: 1 },
  { type: "commit", at: 92, milliseconds: 1, connection: 1 },
  { type: "wait", at: 20, milliseconds: 73, connection: 1 },
  { type: "checkin", at: 9, milliseconds: 84, connection: 1 },
];

/** The texts of the drawing, as a reader sees them. */
function drawnTexts(drawn: EngineEvent[]): string[] {
  const { svg } = timeline(drawn, { title: "One unit of work" });
  return [...svg.matchAll(/<text[^>]*>([^<]+)</g)].map((match) => match[1]);
}

Deno.test("timeline() explains itself: title, lanes, legend in plain words", () => {
  const texts = drawnTexts(events);
  for (
    const text of [
      "One unit of work",
      "waiting",
      "connection 1",
      "connection open",
      "connection held",
      "statement in transit or on the server",
      "waiting for a connection",
      "begin",
      "commit",
      "milliseconds since the first event; numbers: round trips of a connection",
    ]
  ) assert(texts.includes(text), `"${text}" is missing in ${texts}`);
  assert(!texts.includes("rollback"), "the legend names only what is drawn");
});

Deno.test("timeline() draws the waiting above the connections, and those by number", () => {
  const ten = { ...events[0], connection: 10 } as EngineEvent;
  const two = { ...events[0], connection: 2 } as EngineEvent;
  const lanes = (drawnTexts([ten, two, ...events])).filter((text) => /^(waiting|connection \d+)$/.test(text));
  assertEquals(lanes, ["waiting", "connection 1", "connection 2", "connection 10"]);
});

Deno.test("timeline() writes SQL into bars that have room for it", () => {
  const texts = drawnTexts(events);
  assert(texts.includes("select name from heroes"), String(texts));
  assert(!texts.some((text) => text.startsWith("select b")), String(texts));
});

Deno.test("timeline() makes a very short statement wide enough to see", () => {
  const { layout } = timeline([events[3], events[4]]);
  const { x, width } = layout.lanes[0].segments.filter(({ kind }) => kind === "runs")[1];
  assertEquals(width, 2);
  assert(x + width <= layout.right, "inside of the plot");
});

const together: EngineEvent[] = [10, 12, 14].map((at, index) => ({
  type: "query",
  at,
  milliseconds: 20,
  connection: 1,
  sql: `select ${index}`,
  parameters: [],
  rowCount: 1,
}));

Deno.test("timeline() draws statements that are under way together below each other, in one frame", () => {
  const rows = (drawn: EngineEvent[]) => {
    const { svg } = timeline(drawn, { title: "title" });
    const y = [...svg.matchAll(/<rect [^>]*y="(\S+)" [^>]*fill="#0072B2"/g)].map(([, y]) => y);
    return { rows: new Set(y.slice(0, 3)).size, frames: svg.match(/fill="none" stroke="#595959"/g)?.length ?? 0 };
  };
  assertEquals(rows(together), { rows: 3, frames: 1 });
  const apart = together.map((event, index) => ({ ...event, at: index * 100 }));
  assertEquals(rows(apart), { rows: 1, frames: 0 });
  const numbers = (drawn: EngineEvent[]) => drawnTexts(drawn).filter((text) => /^[123]$/.test(text));
  assertEquals([numbers(together), numbers(apart)], [["1"], ["1", "2", "3"]], "the numbers of round trips");
});

Deno.test("timeline() has a table of its statements", () => {
  const { table } = timeline([{ ...together[0], firstByte: 15 } as EngineEvent, ...together.slice(1)]);
  assertEquals(table.text.split("\n").slice(2).map((line) => line.trim().split(/ {2,}/)), [
    ["1", "1", "select 0", "0", "20", "5"],
    ["1", "1", "select 1", "2", "20"],
    ["1", "1", "select 2", "4", "20"],
  ]);
});

Deno.test("timeline(engine, work) records while the work runs, and listens no longer", async () => {
  const events = new EngineEvents();
  const drawn = await timeline({ events }, async () => {
    await Promise.resolve();
    events.emit(together[0]);
  });
  assertEquals(drawn.alt, "1 connection, 1 statement, no wait.");
  assertEquals(events.wants("query"), false);
  await assertRejects(() => timeline({ events }, () => Promise.reject(new TypeError("mine"))), TypeError, "mine");
  assertEquals(events.wants("query"), false, "nor when the work throws");
  await assertRejects(() => timeline({ events }, () => {}), NoEventsError);
});

Deno.test("timeline() of one event at one moment can be drawn", () => {
  assertStringIncludes(timeline([events[1]]).svg, "connection 1");
});

Deno.test("timeline() has an alternative text made from the data", () => {
  assertEquals(timeline(events).alt, "1 connection, 2 statements, longest wait 73 ms.");
});

Deno.test("timeline() of no events says how to record some", () => {
  assertThrows(() => timeline([]), NoEventsError, "recordEvents(engine)");
});
