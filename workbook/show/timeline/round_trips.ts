/**
 * Draws statements from sending to result, one row each: those in flight together share a round trip.
 *
 * @module
 */
import type { EngineEvent } from "../../../lib/engine/events.ts";
import { type Chart, chart } from "../chart/chart.ts";
import { formatNumber } from "../number.ts";
import { fitText } from "../text_width.ts";
import { NoEventsError } from "./timeline.ts";
import { groupColours } from "../theme.ts";

/** A statement between client and server; times in milliseconds since the first statement. */
export interface RoundTripRow {
  /** Round trip number, starting at 1: statements of a trip were in flight together. */
  readonly trip: number;
  readonly sql: string;
  readonly sent: number;
  readonly answered: number;
}

/** Options of {@linkcode roundTripChart}. */
export interface RoundTripOptions {
  readonly title?: string;
}

/**
 * Groups the statements of one connection into round trips: a new trip starts with a statement sent after all earlier
 * ones have been answered.
 * @param events as recorded by `recordEvents()`, of one connection
 */
export function roundTrips(events: readonly EngineEvent[]): RoundTripRow[] {
  const queries = events.filter((event) => event.type === "query").sort((a, b) => a.at - b.at);
  let [trip, answered] = [0, -Infinity];
  return queries.map(({ at, milliseconds, sql }) => {
    if (at >= answered) trip++;
    answered = Math.max(answered, at + milliseconds);
    const sent = at - queries[0].at;
    return { trip, sql: sql.replace(/\s+/g, " ").trim(), sent, answered: sent + milliseconds };
  });
}

/**
 * Draws the statements of one connection, from sending to result.
 * @param events as recorded by `recordEvents()`
 * @throws {NoEventsError} if there is no statement among them
 */
export function roundTripChart(events: readonly EngineEvent[], { title }: RoundTripOptions = {}): Chart {
  const rows = roundTrips(events);
  if (rows.length === 0) throw new NoEventsError();
  const trips = [...new Set(rows.map(({ trip }) => `round trip ${trip}`))];
  const order = rows.map((_, index) => String(index));
  const labels = rows.map(({ sql }) => fitText(shortSql(sql), 13, 200));
  const values = rows.map(({ trip, sql, sent, answered }, index) => ({
    id: String(index),
    trip: `round trip ${trip}`,
    sql,
    sent,
    answered,
    took: `${formatNumber(answered - sent)} ms`,
  }));
  const y = {
    field: "id",
    type: "nominal",
    sort: order,
    title: null,
    axis: {
      grid: false,
      ticks: false,
      domain: false,
      labelPadding: 10,
      labelExpr: `${JSON.stringify(labels)}[toNumber(datum.value)]`,
    },
  };
  return chart({
    ...(title === undefined ? {} : { title }),
    width: 400,
    height: { step: 30 },
    data: { values },
    encoding: { y },
    layer: [
      {
        mark: { type: "bar", height: 16, cornerRadius: 2 },
        encoding: {
          x: {
            field: "sent",
            type: "quantitative",
            title: "milliseconds since the first statement was sent",
            axis: { grid: true },
          },
          x2: { field: "answered" },
          color: {
            field: "trip",
            type: "nominal",
            scale: { domain: trips, range: trips.map((_, index) => groupColours[index % groupColours.length]) },
            legend: null,
          },
          tooltip: [{ field: "sql", title: "SQL" }, { field: "trip", title: "in" }, { field: "took", title: "for" }],
        },
      },
      {
        mark: { type: "text", align: "left", dx: 8 },
        encoding: { x: { field: "answered", type: "quantitative" }, text: { field: "trip" } },
      },
    ],
  }, roundTripAlt(rows));
}

/** Generates alternative text: one sentence. */
export function roundTripAlt(rows: readonly RoundTripRow[]): string {
  const trips = [...Map.groupBy(rows, ({ trip }) => trip)].map(([trip, own]) =>
    `${trip}: ${own.map(({ sql }) => fitText(shortSql(sql), 13, 200)).join(", ")}`
  );
  const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  return `${plural(rows.length, "statement")} in ${plural(trips.length, "round trip")}. ${trips.join("; ")}.`;
}

/** Shortens SQL to the command and its table; a query by its columns, so that its table and condition show. */
function shortSql(sql: string): string {
  const write = /^(INSERT INTO|DELETE FROM|UPDATE) \S+/.exec(sql)?.[0];
  return write ?? sql.replace(/^(select) .{13,}? (from) /i, "$1 … $2 ");
}
