import { assertEquals } from "@std/assert";
import type { EngineEvent } from "../../../lib/engine/events.ts";
import { timelineAlt, timelineRows } from "./timeline_rows.ts";

const query = (connection: number, at: number, milliseconds: number, sql: string, error?: Error): EngineEvent => ({
  type: "query",
  connection,
  at,
  milliseconds,
  sql,
  parameters: [],
  rowCount: 1,
  ...(error ? { error } : {}),
});

const unitOfWork: EngineEvent[] = [
  { type: "connect", at: 100, milliseconds: 8, connection: 2 },
  { type: "checkout", at: 109, connection: 2, holder: "work" },
  { type: "begin", at: 110, milliseconds: 1, connection: 2 },
  query(2, 111, 4, "select 1\n  from heroes"),
  { type: "commit", at: 116, milliseconds: 2, connection: 2 },
  { type: "checkin", at: 109, milliseconds: 10, connection: 2 },
  { type: "close", at: 125, connection: 2, reason: "disposed" },
];

Deno.test("timelineRows() starts at 0 with the first event", () => {
  const { bars, marks, lanes, duration } = timelineRows(unitOfWork);
  assertEquals(lanes, ["connection 2"]);
  assertEquals(duration, 25);
  assertEquals(bars, [
    { kind: "connecting", lane: "connection 2", start: 0, end: 8, text: "" },
    { kind: "open", lane: "connection 2", start: 8, end: 25, text: "closed: disposed" },
    { kind: "held", lane: "connection 2", start: 9, end: 19, text: "work" },
    {
      kind: "statement",
      lane: "connection 2",
      trip: 1,
      row: 0,
      start: 11,
      end: 15,
      text: "select 1 from heroes",
      rowCount: 1,
    },
  ]);
  assertEquals(marks, [
    { kind: "begin", lane: "connection 2", at: 10 },
    { kind: "commit", lane: "connection 2", at: 18 },
  ]);
});

Deno.test("timelineRows() does not depend on the order of the events", () => {
  assertEquals(timelineRows([...unitOfWork].reverse()), timelineRows(unitOfWork));
});

Deno.test("timelineRows() draws a connection that was there before, and stays, from edge to edge", () => {
  const { bars } = timelineRows([
    { type: "checkin", at: -30, milliseconds: 50, connection: 1 },
    query(2, 10, 30, "select 1"),
    { type: "checkout", at: 30, connection: 1, holder: "later" },
  ]);
  assertEquals(bars.filter((bar) => bar.lane === "connection 1"), [
    { kind: "open", lane: "connection 1", start: 0, end: 30, text: "" },
    { kind: "held", lane: "connection 1", start: 0, end: 10, text: "" },
    { kind: "held", lane: "connection 1", start: 20, end: 30, text: "later", open: true },
  ]);
});

Deno.test("timelineRows() gives waits that overlap lanes of their own, at the top", () => {
  const { lanes, bars } = timelineRows([
    query(1, 0, 100, "select pg_sleep(0.1)"),
    { type: "wait", at: 10, milliseconds: 40, connection: 1 },
    { type: "wait", at: 20, milliseconds: 52 },
    { type: "wait", at: 60, milliseconds: 5, connection: 1 },
  ]);
  assertEquals(lanes, ["waiting 1", "waiting 2", "connection 1"]);
  assertEquals(bars.filter((bar) => bar.kind === "waiting").map((bar) => [bar.lane, bar.start, bar.end, bar.text]), [
    ["waiting 1", 10, 50, "then got connection 1"],
    ["waiting 2", 20, 72, "timed out"],
    ["waiting 1", 60, 65, "then got connection 1"],
  ]);
});

Deno.test("timelineRows() numbers the round trips of each connection, and lays what travels together below each other", () => {
  const { bars } = timelineRows([
    query(1, 0, 4, "BEGIN"),
    query(1, 1, 5, "select 1"),
    query(2, 1, 1, "select 2"),
    query(1, 6, 3, "select 3"), // sent when all had been answered
    query(1, 7, 3, "select 4"),
    query(1, 9.5, 2, "select 5"), // the row of select 3 is free again
    query(1, 20, 1, "COMMIT"),
  ]);
  assertEquals(
    bars.filter(({ kind }) => kind === "statement").map(({ text, lane, trip, row }) => [text, lane.at(-1), trip, row]),
    [
      ["BEGIN", "1", 1, 0],
      ["select 1", "1", 1, 1],
      ["select 3", "1", 2, 0],
      ["select 4", "1", 2, 1],
      ["select 5", "1", 2, 0],
      ["COMMIT", "1", 3, 0],
      ["select 2", "2", 1, 0],
    ],
  );
});

Deno.test("timelineRows() draws the arrival of an answer where the driver could tell, and nowhere else", () => {
  const told = { ...query(1, 10, 8, "select 1"), firstByte: 3 } as EngineEvent;
  const { bars } = timelineRows([told, query(1, 30, 8, "select 2")]);
  assertEquals(bars.filter(({ trip }) => trip !== undefined).map(({ kind, start, end }) => [kind, start, end]), [
    ["statement", 0, 8],
    ["answer", 3, 8],
    ["statement", 20, 28],
  ]);
});

Deno.test("timelineRows() tells a failed statement from one that was answered", () => {
  const { bars } = timelineRows([query(1, 0, 1, "select 1/0", new Error("division by zero"))]);
  assertEquals(bars.at(-1)?.kind, "failed");
  assertEquals(bars.at(-1)?.text, "select 1/0 (division by zero)");
});

Deno.test("timelineRows() of no events is empty", () => {
  assertEquals(timelineRows([]), { lanes: [], bars: [], marks: [], duration: 0 });
});

Deno.test("timelineAlt() counts in one sentence", () => {
  assertEquals(timelineAlt(timelineRows(unitOfWork)), "1 connection, 1 statement, no wait.");
  assertEquals(
    timelineAlt(timelineRows([
      query(1, 0, 1, "select 1"),
      query(2, 0, 1, "select 1/0", new Error("division by zero")),
      { type: "wait", at: 0, milliseconds: 52.4, connection: 1 },
    ])),
    "2 connections, 2 statements, 1 of them failed, longest wait 52 ms.",
  );
  assertEquals(
    timelineAlt(timelineRows([query(1, 0, 2, "BEGIN"), query(1, 1, 2, "select 1"), query(1, 5, 1, "COMMIT")])),
    "1 connection, 3 statements, 2 round trips, no wait.",
  );
});
