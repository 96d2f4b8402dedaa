/**
 * Sizes and fonts of {@linkcode lanes}, in pixels.
 *
 * @module
 */

/** Sizes of the picture and of its lanes. */
export const laneSizes = { margin: 14, title: 32, pad: 13, bar: 26, noteRow: 17, axis: 44, legendGap: 10 } as const;

/**
 * Sizes of a lane with rows: a row, the gap between two, the edge of the bar behind them, the space above for numbers of
 * groups, and the distance of marks from the bar.
 */
export const rowSizes = { height: 18, gap: 3, edge: 5, numbers: 17, marks: 10 } as const;

/** Font sizes. */
export const laneFonts = { title: 16, name: 14, text: 12.5, axis: 12 } as const;
