/**
 * Compares the reading times stated in notebooks and README with an estimate.
 *
 * @module
 */
import { codeCells, type Notebook } from "./notebook.ts";

/** Words of technical prose read per minute. */
const WORDS = 200;
/** Lines of code read and understood per minute. */
const LINES = 15;
/** Minutes per exercise, including a look at a hint. */
const EXERCISE = 4;
/** Tolerated relative difference from the estimate: readers vary by more than that. */
const TOLERANCE = 0.25;

/** Estimates the minutes for reading, running and the exercises. */
export function estimateMinutes(notebook: Notebook): number {
  const prose = notebook.cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source).join(
    " ",
  );
  const words = prose.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  const sources = codeCells(notebook).map(({ source }) => source);
  const lines = sources.flatMap((source) => source.split("\n")).filter((line) => line.trim() !== "").length;
  const exercises = sources.filter((source) => /^await check\(/m.test(source)).length;
  return words / WORDS + lines / LINES + exercises * EXERCISE;
}

/** Returns the minutes stated at the top of a notebook; undefined if there are none. */
export function statedMinutes(notebook: Notebook): number | undefined {
  const stated = notebook.cells[0]?.source.match(/\*\*Time:\*\* (\d+) minutes/)?.[1];
  return stated === undefined ? undefined : Number(stated);
}

/**
 * Returns what is wrong about the stated times, as sentences: missing, far off, or different in the README.
 * @param readme its table of notebooks has the file and `… min` in one row
 */
export function findWrongMinutes(name: string, notebook: Notebook, readme: string): string[] {
  const stated = statedMinutes(notebook);
  if (stated === undefined) return [`${name}.ipynb: its first cell does not say **Time:** … minutes`];
  const estimate = estimateMinutes(notebook);
  const wrong: string[] = [];
  if (Math.abs(stated - estimate) > estimate * TOLERANCE) {
    wrong.push(`${name}.ipynb: it says ${stated} minutes, but the estimate is ${Math.round(estimate)}`);
  }
  const row = readme.split("\n").find((line) => line.includes(`(notebooks/${name}.ipynb)`) && / min\b/.test(line));
  if (!row?.includes(` ${stated} min`)) wrong.push(`README.md: its row of ${name} does not say ${stated} min`);
  return wrong;
}

/** Returns what is wrong about the README's routes: longer than three hours, or not the sum of the notebooks. */
export function findWrongRoutes(minutes: ReadonlyMap<string, number | undefined>, readme: string): string[] {
  return [...readme.matchAll(/\| ((?:\d\d(?:, )?)+) +\| (\d+) min/g)].flatMap(([, notebooks, stated]) => {
    const sum = notebooks.split(", ").reduce((sum, number) => sum + (minutes.get(number) ?? NaN), 0);
    if (sum !== Number(stated)) {
      return [`README.md: the route ${notebooks} says ${stated} min; its notebooks take ${sum}`];
    }
    return sum > 180 ? [`README.md: the route ${notebooks} takes more than three hours`] : [];
  });
}
