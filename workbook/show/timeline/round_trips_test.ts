import { assertEquals, assertThrows } from "@std/assert";
import type { EngineEvent } from "../../../lib/engine/events.ts";
import { roundTripAlt, roundTripChart, roundTrips } from "./round_trips.ts";
import { NoEventsError } from "./timeline.ts";

const query = (at: number, milliseconds: number, sql: string): EngineEvent => ({
  type: "query",
  at,
  milliseconds,
  connection: 1,
  sql,
  parameters: [],
  rowCount: 1,
});

Deno.test("statements that are on their way together share a round trip", () => {
  const rows = roundTrips([
    query(101, 4, "INSERT INTO\n  heroes (name) VALUES ($1)"),
    query(100, 2, "BEGIN"),
    query(103, 3, "UPDATE heroes SET name = $1"),
    query(106, 1, "COMMIT"),
  ]);
  assertEquals(rows, [
    { trip: 1, sql: "BEGIN", sent: 0, answered: 2 },
    { trip: 1, sql: "INSERT INTO heroes (name) VALUES ($1)", sent: 1, answered: 5 },
    { trip: 1, sql: "UPDATE heroes SET name = $1", sent: 3, answered: 6 },
    { trip: 2, sql: "COMMIT", sent: 6, answered: 7 },
  ]);
  assertEquals(
    roundTripAlt(rows),
    "4 statements in 2 round trips. 1: BEGIN, INSERT INTO heroes, UPDATE heroes; 2: COMMIT.",
  );
});

Deno.test("only statements count", () => {
  assertEquals(roundTrips([{ type: "checkout", at: 0, connection: 1, holder: "x" }]), []);
  assertThrows(() => roundTripChart([]), NoEventsError);
});
