/**
 * Draws the marks of events, and the arrows between lanes.
 *
 * @module
 */
import { inks, round } from "../svg.ts";
import { phaseColours } from "../theme.ts";
import type { LaneEventKind } from "./lanes_data.ts";

/** Marks of events, centred on 0,0: each with its own shape and colour. */
const eventLooks: Readonly<Record<LaneEventKind, { path: string; colour: string }>> = {
  begin: { path: "M-4.5 -6L6 0L-4.5 6z", colour: phaseColours.open },
  commit: { path: "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z", colour: phaseColours.commit },
  rollback: {
    path: "M-6 -3.2L-3.2 -6L0 -2.8L3.2 -6L6 -3.2L2.8 0L6 3.2L3.2 6L0 2.8L-3.2 6L-6 3.2L-2.8 0z",
    colour: phaseColours.failed,
  },
  done: { path: "M-6.5 0L-4 -2.6L-1.6 -0.2L4.2 -5.6L6.6 -3L-1.6 5z", colour: phaseColours.commit },
  error: { path: "M0 -7L7 6H-7z", colour: phaseColours.failed },
  note: { path: "M0 -6L6 0L0 6L-6 0z", colour: inks.text },
};

/** Draws the mark of an event, centred on x and y. */
export function eventMark(kind: LaneEventKind, x: number, y: number): string {
  const { path, colour } = eventLooks[kind];
  const place = `transform="translate(${round(x)} ${round(y)})"`;
  return `<path d="${path}" ${place} fill="white" stroke="white" stroke-width="4" stroke-linejoin="round"/>` +
    `<path d="${path}" ${place} fill="${colour}"/>`;
}

/** The kinds of events that have a name in the legend, in its order. */
export const namedEvents: readonly LaneEventKind[] = (Object.keys(eventLooks) as LaneEventKind[])
  .filter((kind) => kind !== "note");

/** Draws an arrow from the waiting lane to the one it waits for. */
export function drawLink({ x, y, endY }: { readonly x: number; readonly y: number; readonly endY: number }): string {
  const back = Math.sign(y - endY);
  const tip = endY + back;
  const path = `M${round(x)} ${y}V${tip + back * 7}`;
  return `<path d="${path}" stroke="white" stroke-width="5"/>` +
    `<path d="${path}" stroke="${inks.text}" stroke-width="1.7"/>` +
    `<circle cx="${round(x)}" cy="${y}" r="3.6" fill="white" stroke="${inks.text}" stroke-width="1.7"/>` +
    `<path d="M${round(x)} ${tip}l-5 ${back * 9}h10z" fill="${inks.text}" stroke="white" stroke-width="1.2"/>`;
}
