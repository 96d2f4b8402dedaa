/**
 * Converts an engine's events to the bars and marks of a timeline.
 *
 * @module
 */
import type { EngineEvent } from "../../../lib/engine/events.ts";

/** Kind of a bar. */
export type TimelineBarKind = "connecting" | "open" | "held" | "statement" | "answer" | "failed" | "waiting";

/** A bar in a lane; `start` and `end` in milliseconds since the first event. */
export interface TimelineBar {
  readonly kind: TimelineBarKind;
  readonly lane: string;
  readonly start: number;
  readonly end: number;
  /** The SQL of a statement in one line, the holder of a connection, or the reason for a wait or a close. */
  readonly text: string;
  /** For a checkout: it was still open at the last event. */
  readonly open?: true;
  /** For a statement: its row count. */
  readonly rowCount?: number;
  /** For a statement: its round trip on the connection, starting at 1. */
  readonly trip?: number;
  /** Row of a statement among those in flight together, starting at 0. */
  readonly row?: number;
}

/** A mark in a lane: the begin or end of a transaction. */
export interface TimelineMark {
  readonly kind: "begin" | "commit" | "rollback";
  readonly lane: string;
  readonly at: number;
}

/** Data of a timeline. */
export interface TimelineRows {
  /** Lanes from top to bottom: waits first, then connections by number. */
  readonly lanes: readonly string[];
  readonly bars: readonly TimelineBar[];
  readonly marks: readonly TimelineMark[];
  /** End of the time axis, in milliseconds since the first event. */
  readonly duration: number;
}

type EventOf<Type extends EngineEvent["type"]> = Extract<EngineEvent, { type: Type }>;

/**
 * Converts events to bars and marks.
 *
 * A connection opened before the first event is drawn from the left edge; one that was not closed or returned is drawn
 * to the right edge. Overlapping waits get separate lanes.
 *
 * @param events in any order, of one engine
 */
export function timelineRows(events: readonly EngineEvent[]): TimelineRows {
  if (events.length === 0) return { lanes: [], bars: [], marks: [], duration: 0 };
  const sorted = [...events].sort((a, b) => a.at - b.at);
  const origin = Math.min(...sorted.map(startOf));
  const duration = Math.max(...sorted.map(endOf)) - origin;
  const ofType = <Type extends EngineEvent["type"]>(...types: Type[]) =>
    sorted.filter((event): event is EventOf<Type> => (types as string[]).includes(event.type));

  const connections = [...new Set(sorted.flatMap((event) => event.connection ?? []))].sort((a, b) => a - b);
  const waits = waitingBars(ofType("wait"), origin);
  const bars = [
    ...connections.flatMap((connection) => openBars(connection, sorted, origin, duration)),
    ...connections.flatMap((connection) => heldBars(connection, sorted, origin, duration)),
    ...connections.flatMap((connection) => statementBars(connection, ofType("query"), origin)),
    ...waits,
  ];
  const marks = ofType("begin", "commit", "rollback").map((event) => ({
    kind: event.type,
    lane: laneOf(event.connection),
    // a transaction begins when BEGIN is sent, and ends when COMMIT or ROLLBACK has been answered
    at: (event.type === "begin" ? event.at : event.at + event.milliseconds) - origin,
  }));
  const lanes = [...new Set(waits.map((bar) => bar.lane)), ...connections.map(laneOf)];
  return { lanes, bars, marks, duration };
}

/** Generates alternative text: "3 connections, 8 statements, longest wait 52 ms." */
export function timelineAlt({ lanes, bars }: TimelineRows): string {
  const connections = lanes.filter((lane) => lane.startsWith("connection")).length;
  const failed = bars.filter((bar) => bar.kind === "failed").length;
  const statements = bars.filter((bar) => bar.kind === "statement").length + failed;
  const waits = bars.filter((bar) => bar.kind === "waiting").map((bar) => bar.end - bar.start);
  const parts = [count(connections, "connection"), count(statements, "statement")];
  if (failed > 0) parts.push(`${failed} of them failed`);
  const trips = new Set(bars.filter(({ trip }) => trip !== undefined).map(({ lane, trip }) => `${lane} ${trip}`)).size;
  if (trips < statements) parts.push(count(trips, "round trip"));
  parts.push(waits.length === 0 ? "no wait" : `longest wait ${Math.round(Math.max(...waits))} ms`);
  return parts.join(", ") + ".";
}

function openBars(connection: number, events: readonly EngineEvent[], origin: number, duration: number): TimelineBar[] {
  const lane = laneOf(connection);
  const own = events.filter((event) => event.connection === connection);
  const connect = own.find((event) => event.type === "connect");
  const close = own.find((event) => event.type === "close");
  const ready = connect === undefined ? 0 : endOf(connect) - origin;
  const end = close === undefined ? duration : close.at - origin;
  const open: TimelineBar = {
    kind: "open",
    lane,
    start: ready,
    end: Math.max(ready, end),
    text: close === undefined ? "" : `closed: ${close.reason}`,
  };
  if (connect === undefined) return [open];
  return [{ kind: "connecting", lane, start: connect.at - origin, end: ready, text: "" }, open];
}

/** A checkin event describes the whole checkout; a checkout without a checkin extends to the right edge. */
function heldBars(connection: number, events: readonly EngineEvent[], origin: number, duration: number): TimelineBar[] {
  const lane = laneOf(connection);
  const own = events.filter((event) => event.connection === connection);
  const checkouts = own.filter((event) => event.type === "checkout");
  const checkins = own.filter((event) => event.type === "checkin");
  const given = checkins.map((checkin): TimelineBar => ({
    kind: "held",
    lane,
    start: Math.max(0, checkin.at - origin),
    end: endOf(checkin) - origin,
    text: checkouts.findLast((checkout) => checkout.at <= checkin.at)?.holder ?? "",
  }));
  const last = checkouts.at(-1);
  if (last === undefined || checkins.some((checkin) => checkin.at >= last.at)) return given;
  return [...given, { kind: "held", lane, start: last.at - origin, end: duration, text: last.holder, open: true }];
}

/** Converts the statements of a connection. A new round trip begins when all earlier statements have been answered. */
function statementBars(connection: number, queries: readonly EventOf<"query">[], origin: number): TimelineBar[] {
  let [trip, answered] = [0, -Infinity];
  let freeFrom: number[] = [];
  return queries.filter((query) => query.connection === connection).flatMap((query): TimelineBar[] => {
    if (query.at >= answered) [trip, freeFrom] = [trip + 1, []];
    answered = Math.max(answered, endOf(query));
    const free = freeFrom.findIndex((time) => time <= query.at);
    const row = free === -1 ? freeFrom.length : free;
    freeFrom[row] = endOf(query);
    return barsOf(query, { lane: laneOf(connection), trip, row }, query.at - origin);
  });
}

/** Splits a statement into its bar and, if known, the part in which its result is received and decoded. */
function barsOf(query: EventOf<"query">, place: { lane: string; trip: number; row: number }, start: number) {
  const { error, sql, rowCount, milliseconds, firstByte } = query;
  const bar: TimelineBar = {
    ...place,
    kind: error === undefined ? "statement" : "failed",
    start,
    end: start + milliseconds,
    text: oneLine(sql) + (error === undefined ? "" : ` (${error.message})`),
    rowCount,
  };
  if (error !== undefined || firstByte === undefined) return [bar];
  return [bar, { ...bar, kind: "answer" as const, start: start + firstByte }];
}

/** Puts each wait into the first waiting lane that is free at its start. */
function waitingBars(waits: readonly EventOf<"wait">[], origin: number): TimelineBar[] {
  const freeFrom: number[] = [];
  const placed = waits.map((wait) => {
    const start = wait.at - origin;
    const free = freeFrom.findIndex((time) => time <= start);
    const index = free === -1 ? freeFrom.length : free;
    freeFrom[index] = start + wait.milliseconds;
    return { wait, start, index };
  });
  return placed.map(({ wait, start, index }) => ({
    kind: "waiting",
    lane: freeFrom.length === 1 ? "waiting" : `waiting ${index + 1}`,
    start,
    end: start + wait.milliseconds,
    text: wait.connection === undefined ? "timed out" : `then got connection ${wait.connection}`,
  }));
}

function laneOf(connection: number): string {
  return `connection ${connection}`;
}

/**
 * Returns when an event began. A connection may have been checked out long before the recording; such a checkout begins
 * at the left edge.
 */
function startOf(event: EngineEvent): number {
  return event.type === "checkin" ? endOf(event) : event.at;
}

function endOf(event: EngineEvent): number {
  return "milliseconds" in event ? event.at + event.milliseconds : event.at;
}

function oneLine(sql: string): string {
  return sql.replace(/\s+/g, " ").trim();
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
