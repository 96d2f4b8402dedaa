/**
 * Draws processes or sessions side by side over time, and their waits for each other.
 *
 * @module
 */
import { Picture, type PictureParts } from "../picture.ts";
import { checkLanes, type LanesData } from "./lanes_data.ts";
import { type LanesLayout, lanesLayout } from "./lanes_layout.ts";
import { drawLanes } from "./lanes_svg.ts";
import { lanesAlt, lanesText } from "./lanes_text.ts";

/** Options of {@linkcode lanes}. */
export interface LanesOptions {
  /** Width of the time axis, in pixels. */
  readonly width?: number;
}

/**
 * Draws a lane per process or session: bars for its activity, marks for events, arrows for its waits.
 *
 * ```ts ignore
 * await show(lanes({
 *   title: "Two replicas start at once",
 *   lanes: [
 *     { name: "replica 1", note: "pid 71", segments: [{ from: 0, to: 210, kind: "runs", label: "upgrade head" }] },
 *     { name: "replica 2", note: "pid 72", segments: [{ from: 3, to: 212, kind: "waits" }], events: [{ at: 215, kind: "done" }] },
 *   ],
 *   links: [{ from: "replica 2", to: "replica 1", at: 3, label: "waits for pid 71" }],
 * }));
 * ```
 *
 * @throws {LanesDataError} when there is nothing to draw, a time is none, or a link names a lane that is not there
 */
export function lanes(data: LanesData, options: LanesOptions = {}): Picture<LanesLayout> {
  return new Picture(lanesParts(data, options));
}

/**
 * Makes the parts of a picture of lanes.
 * @param alt alternative text, if not a sentence for each lane
 * @throws {LanesDataError} as {@linkcode lanes}
 */
export function lanesParts(
  data: LanesData,
  { width }: LanesOptions = {},
  alt: string = lanesAlt(data),
): PictureParts<LanesLayout> {
  checkLanes(data);
  const layout = lanesLayout(data, width);
  return { layout, alt, text: lanesText(data), ...drawLanes(layout, alt, data) };
}
