/**
 * The visual language of all pictures: colours that people with any colour vision can tell apart, and text that can be
 * read.
 *
 * - A colour has one meaning: `phaseColours` wherever time is drawn; groups take `groupColours` and `groupShapes` in turn,
 *   drivers always in the order pg, postgres, libpq, threads.
 * - No colour alone: each has a second sign, a shape, a dash, a height or a word.
 * - Every picture is dark on white, in JupyterLab's dark theme too, and as wide as its labels need.
 * - A sentence stands for each picture where it cannot be seen, and a table gives its figures.
 *
 * @module
 */

/** The Okabe-Ito palette by name; yellow and black are left out: one is lost on white, the other on dark pages. */
export const colours = {
  blue: "#0072B2",
  orange: "#E69F00",
  green: "#009E73",
  vermilion: "#D55E00",
  purple: "#CC79A7",
  sky: "#56B4E9",
  /** For error bars, grid-like marks and everything that is not data: readable on white and on dark pages. */
  grey: "#808080",
} as const;

/**
 * What a colour means wherever time is drawn: the same phase has the same colour in timelines, lanes, pools and query
 * plans. Each has a second sign: a dash, a shape, a height or a word.
 */
export const phaseColours = {
  /** Work: a statement on its way and at the server; a step of a plan. */
  statement: colours.blue,
  /** The answer arrives and is decoded. */
  answer: colours.green,
  /** Somebody has a connection or a lock and does nothing with it. */
  held: "#a2d6f3", // a paler sky: statements lie on it
  /** Somebody is kept waiting: dashed. */
  waiting: colours.orange,
  /** A connection is being opened: dashed. */
  connecting: colours.purple,
  /** Open and idle; frames and marks that are no work. */
  open: colours.grey,
  /** It went well, and stays. */
  commit: colours.green,
  /** It went wrong, or was undone. */
  failed: colours.vermilion,
} as const;

/** The colours of groups, in the order in which groups get them. */
export const groupColours: readonly string[] = [
  colours.blue,
  colours.vermilion,
  colours.green,
  colours.purple,
  colours.orange,
  colours.sky,
];

/** The shapes of groups, in the same order: a second sign beside the colour. */
export const groupShapes: readonly string[] = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** The width of a chart's plot in pixels, without axis labels and legend. */
export const plotWidth = 480;

/** What JupyterLab's dark theme would make white, and what text inside of a plot is anyway. */
const chartInk = "black";

/**
 * Vega's `config` of every chart. It names its own background and inks, so that JupyterLab's dark theme changes neither: on
 * dark, text inside of a plot would be black on black, and blue marks hard to see. So a chart looks the same everywhere, as
 * the PNGs do.
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
  text: { fontSize: 12 },
  range: { category: groupColours, symbol: groupShapes },
} as const;
