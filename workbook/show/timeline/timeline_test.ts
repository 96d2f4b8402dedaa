import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type EngineEvent, EngineEvents } from "../../../lib/engine/events.ts";
import { renderSvg } from "../render.ts";
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
async function drawnTexts(drawn: EngineEvent[]): Promise<string[]> {
  const svg = await renderSvg(timeline(drawn, { title: "One unit of work" }).spec);
  return [...svg.matchAll(/<text[^>]*>([^<]+)</g)].map((match) => match[1]);
}

Deno.test("timeline() explains itself: title, lanes, legend in plain words", async () => {
  const texts = await drawnTexts(events);
  for (
    const text of [
      "One unit of work",
      "waiting",
      "connection 1",
      "connection open",
      "connection held",
      "statement: on its way, at the server",
      "waiting for a connection",
      "begin",
      "commit",
      "milliseconds since the first event; numbers: round trips of a connection",
    ]
  ) assert(texts.includes(text), `"${text}" is missing in ${texts}`);
  assert(!texts.includes("rollback"), "the legend names only what is drawn");
});

Deno.test("timeline() draws the waiting above the connections, and those by number", async () => {
  const ten = { ...events[0], connection: 10 } as EngineEvent;
  const two = { ...events[0], connection: 2 } as EngineEvent;
  const lanes = (await drawnTexts([ten, two, ...events])).filter((text) => /^(waiting|connection \d+)$/.test(text));
  assertEquals(lanes, ["waiting", "connection 1", "connection 2", "connection 10"]);
});

Deno.test("timeline() writes SQL into bars that have room for it", async () => {
  const texts = await drawnTexts(events);
  assert(texts.includes("select name from heroes"), String(texts));
  assert(!texts.some((text) => text.startsWith("select b")), String(texts));
});

Deno.test("timeline() makes a very short statement wide enough to see", async () => {
  const svg = await renderSvg(timeline([events[3], events[4]]).spec);
  const path = svg.match(/aria-label="[^"]*select brief[^"]*"[^>]*d="([^"]+)"/)?.[1] ?? "";
  const x = [...path.matchAll(/(-?[\d.]+),-?[\d.]+/g)].map((match) => Number(match[1]));
  assertEquals(Math.round(Math.max(...x) - Math.min(...x)), 2, path);
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

/** The rectangles of a kind of bar, by what the screen reader says of them. */
async function boxes(drawn: EngineEvent[], pattern: RegExp) {
  const svg = await renderSvg(timeline(drawn).spec);
  return [...svg.matchAll(/aria-label="([^"]*)"[^>]*d="([^"]+)"/g)].filter(([, label]) => pattern.test(label))
    .map(([, , path]) => {
      const [, x, y] = /M(-?[\d.]+),(-?[\d.]+)/.exec(path)!.map(Number);
      return { x, y };
    });
}

Deno.test("timeline() draws statements that are under way together below each other, in one frame", async () => {
  const rows = await boxes(together, /what: statement/);
  assertEquals(new Set(rows.map(({ y }) => y)).size, 3, "three rows");
  const apart = together.map((event, index) => ({ ...event, at: index * 100 }));
  assertEquals(new Set((await boxes(apart, /what: statement/)).map(({ y }) => y)).size, 1);
  const texts = (drawn: EngineEvent[]) => drawnTexts(drawn).then((all) => all.filter((text) => /^[123]$/.test(text)));
  assertEquals([await texts(together), await texts(apart)], [["1"], ["1", "2", "3"]], "the numbers of round trips");
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

Deno.test("timeline() of one event at one moment can be drawn", async () => {
  assertStringIncludes(await renderSvg(timeline([events[1]]).spec), "connection 1");
});

Deno.test("timeline() has an alternative text made from the data", () => {
  assertEquals(timeline(events).alt, "1 connection, 2 statements, longest wait 73 ms.");
});

Deno.test("timeline() of no events says how to record some", () => {
  assertThrows(() => timeline([]), NoEventsError, "recordEvents(engine)");
});
