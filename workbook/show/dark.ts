/**
 * The dark rendering of pictures. Every picture is drawn in the colours for white paper; for a dark page each colour is
 * replaced by its counterpart, so that a text keeps its contrast with the fill below it.
 *
 * @module
 */
import { inks } from "./svg.ts";
import { colours, phaseColours, tints } from "./theme.ts";

/** Background of a picture in JupyterLab's dark theme: between page and cell. */
export const darkPaper = "#181818";

/** The counterpart of each colour, in lower case. */
const counterparts: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    white: darkPaper,
    black: "#f2f2f2",
    "#000": "#f2f2f2",
    [inks.text]: "#ececec",
    [inks.soft]: "#b8b8b8",
    [inks.line]: "#cccccc",
    [inks.edge]: "#8f8f8f",
    [inks.grid]: "#3d3d3d",
    [inks.onBright]: inks.onBright,
    "#888": "#9a9a9a", // axes of charts
    "#ddd": "#3d3d3d", // their grids
    [colours.blue]: "#4da6e0",
    [colours.orange]: "#e69f00",
    [colours.green]: "#2fc39a",
    [colours.vermilion]: "#f0813a",
    [colours.purple]: "#dd93bd",
    [colours.sky]: "#8fd0f5",
    [colours.grey]: "#9a9a9a",
    [phaseColours.held]: "#1f567a",
    [tints.row]: "#232323",
    [tints.card]: "#202020",
    [tints.cardEdge]: "#4d4d4d",
    [tints.base]: "#2c2c2c",
    [tints.waiting]: "#3b3018",
    [tints.stripe]: "#7a5b14",
    [tints.below]: "#27475c",
    [tints.client]: "#17242f",
    [tints.server]: "#14281f",
    [tints.answerText]: "#4fd1a5",
    [tints.failedText]: "#ff9a62",
  }).map(([light, dark]) => [light.toLowerCase(), dark]),
);

/** Returns the counterpart of a colour; `undefined` if it has none. */
export function darkColour(colour: string): string | undefined {
  return counterparts[colour.toLowerCase()];
}

/** Replaces the colours of an SVG by those for a dark page. */
export function darkSvg(svg: string): string {
  return svg.replace(/"(#[0-9a-f]{3,8}|white|black)"/gi, (quoted, colour) => {
    const dark = darkColour(colour);
    return dark === undefined ? quoted : `"${dark}"`;
  });
}

/** Parts of a chart's specification that hold the reader's values, among which a colour's name is no colour. */
const isData = new Set(["data", "datasets", "values"]);

/** Replaces the colours of a Vega-Lite specification, but not its data. */
export function darkSpec<Value>(value: Value): Value {
  if (typeof value === "string") return (darkColour(value) ?? value) as Value;
  if (Array.isArray(value)) return value.map(darkSpec) as Value;
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, each]) => [key, isData.has(key) ? each : darkSpec(each)])) as Value;
}
