import { assertEquals } from "@std/assert";
import type { EngineEvent } from "../engine/events.ts";
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
    { kind: "statement", lane: "connection 2", start: 11, end: 15, text: "select 1 from heroes", rowCount: 1 },
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
    { kind: "held", lane: "connection 1", start: 20, end: 30, text: "later" },
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
    ["waiting 2", 20, 72, "gave up waiting"],
    ["waiting 1", 60, 65, "then got connection 1"],
  ]);
});

Deno.test("timelineRows() tells a failed statement from one that was answered", () => {
  const { bars } = timelineRows([query(1, 0, 1, "select 1/0", new Error("division by zero"))]);
  assertEquals(bars.at(-1)?.kind, "failed");
  assertEquals(bars.at(-1)?.text, "select 1/0 (division by zero)");
});

Deno.test("timelineRows() lets statements that were pipelined share the height, and says which is which", () => {
  const events = [query(1, 0, 3, "BEGIN"), query(1, 1, 4, "a"), query(1, 2, 4, "b"), query(1, 6, 1, "c")];
  const stackOf = (text: string) => timelineRows(events).bars.find((bar) => bar.text === text)?.stack;
  assertEquals(["BEGIN", "a", "b", "c"].map(stackOf), [undefined, { level: 0, of: 2 }, { level: 1, of: 2 }, undefined]);
  const many = timelineRows(Array.from({ length: 9 }, (_, n) => query(1, n, 20, "insert")));
  const statements = many.bars.filter(({ kind }) => kind === "statement");
  assertEquals(statements.map(({ stack }) => stack), Array.from({ length: 9 }, (_, n) => ({ level: n % 4, of: 4 })));
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
});
