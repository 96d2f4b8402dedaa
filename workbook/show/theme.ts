/**
 * The visual language of all pictures: colours that people with any colour vision can tell apart, and text that can be
 * read.
 *
 * - A colour has one meaning: `phaseColours` wherever time is drawn; groups take `groupColours` and `groupShapes` in turn,
 *   drivers always in the order pg, postgres, libpq, threads.
 * - No colour alone: each has a second sign, a shape, a dash, a height or a word.
 * - Every picture is drawn dark on white, and as wide as its labels need; `dark.ts` has the counterpart of each colour
 *   for a dark page.
 * - A sentence stands for each picture where it cannot be seen, and a table gives its figures.
 *
 * @module
 */

/**
 * The Okabe-Ito palette by name, without yellow and black, which are invisible on white and on dark pages respectively.
 */
export const colours = {
  blue: "#0072B2",
  orange: "#E69F00",
  green: "#009E73",
  vermilion: "#D55E00",
  purple: "#CC79A7",
  sky: "#56B4E9",
  /** For error bars, grid lines and other non-data: legible on white and on dark pages. */
  grey: "#808080",
} as const;

/**
 * Meaning of colours wherever time is drawn: a phase has the same colour in timelines, lanes, pools and query plans.
 * Each has a second cue: a dash, a shape, a height or a word.
 */
export const phaseColours = {
  /** Work: a statement in transit or on the server; a plan step. */
  statement: colours.blue,
  /** The result is received and decoded. */
  answer: colours.green,
  /** A connection or lock held without working. */
  held: "#a2d6f3", // a paler sky blue: statements are drawn on top
  /** Waiting; dashed. */
  waiting: colours.orange,
  /** A connection being opened; dashed. */
  connecting: colours.purple,
  /** Open and idle; frames and marks. */
  open: colours.grey,
  /** Success. */
  commit: colours.green,
  /** Failure or rollback. */
  failed: colours.vermilion,
} as const;

/** Pale fills. */
export const tints = {
  /** Every other row. */
  row: "#f6f6f6",
  /** A card and its edge. */
  card: "#fafafa",
  cardEdge: "#c4c4c4",
  /** The database before its first revision. */
  base: "#f2f2f2",
  /** A wait, and the stripes on it. */
  waiting: "#fdf3dc",
  stripe: "#f6d48c",
  /** Time of a plan's steps below: the colour of work, faded. */
  below: "#cfe1ee",
  /** What a client says, and what a server answers. */
  client: "#eef5fb",
  server: "#ecf7f3",
  /** Texts of an answer and of a failure: their colours, with contrast to a tint. */
  answerText: "#00704f",
  failedText: "#a84300",
} as const;

/** Group colours, in order of assignment. */
export const groupColours: readonly string[] = [
  colours.blue,
  colours.vermilion,
  colours.green,
  colours.purple,
  colours.orange,
  colours.sky,
];

/** Group shapes in the same order: a second cue besides colour. */
export const groupShapes: readonly string[] = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** Dashes of a group's line, in the same order. */
export const groupDashes: readonly (readonly number[])[] = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3]];

/** Width of a chart's plot in pixels, without axis labels and legend. */
export const plotWidth = 480;

/** Ink of all texts, inside and outside a plot. */
const chartInk = "black";

/**
 * Vega `config` of all charts. It sets every background and ink itself: JupyterLab's theme, which it would otherwise follow
 * in part, changes none, and the colours for a dark page come from one place.
 */
export const chartConfig = {
  background: "white",
  padding: 10,
  style: { "guide-label": { fill: chartInk }, "guide-title": { fill: chartInk } },
  font: "system-ui, sans-serif",
  view: { stroke: null },
  title: {
    color: chartInk,
    subtitleColor: chartInk,
    anchor: "start",
    frame: "group",
    fontSize: 16,
    subtitleFontSize: 13,
    subtitlePadding: 6,
    offset: 14,
  },
  axis: {
    domainColor: "#888",
    gridColor: "#ddd",
    tickColor: "#888",
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: "normal",
    labelLimit: 0,
    gridOpacity: 0.5,
  },
  axisX: { titlePadding: 10, tickCount: 6 },
  axisY: { titlePadding: 10 },
  legend: {
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: "normal",
    labelLimit: 0,
    orient: "bottom",
    direction: "horizontal",
    columns: 3,
    symbolSize: 110,
    offset: 14,
    layout: { bottom: { anchor: "start", direction: "vertical", margin: 6 } },
  },
  text: { fontSize: 12, color: chartInk },
  rule: { color: chartInk },
  range: { category: groupColours, symbol: groupShapes },
} as const;
