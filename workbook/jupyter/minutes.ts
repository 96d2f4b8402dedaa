/**
 * Estimates the reading times of notebooks, and compares them with those stated in notebooks and README.
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
/** Minutes per prediction. */
const PREDICTION = 0.5;
/** Estimates are stated in steps of so many minutes. */
const STEP = 5;
/** Most minutes of a notebook, and of a route. */
const MOST = { notebook: 50, route: 180 } as const;

/** Minutes of a notebook, and further ones of its exercises that are marked as extra. */
export interface Minutes {
  readonly all: number;
  readonly extra: number;
}

/**
 * Estimates the minutes for reading, running, predicting and the exercises. Not counted are imports, and what is folded
 * or quoted: asides for those who know another library.
 */
export function estimateMinutes(notebook: Notebook): Minutes {
  const markdown = notebook.cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source);
  const prose = markdown.join("\n").replace(/^>.*$/gm, "").replace(/<details>[^]*?<\/details>/g, "");
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const sources = codeCells(notebook).map(({ source }) => source);
  const lines = sources.map((source) => count(source.replace(/^import\b[^;]*;$/gm, ""), /^.*\S.*$/gm));
  const exercises = sources.filter((source) => /^await check\(/m.test(source)).length;
  const extra = count(prose, /^\*\*Exercise \d\d\.\d+\*\* \(extra\)/gm);
  const all = count(prose, /[\p{L}\p{N}]+/gu) / WORDS + lines.reduce((sum, each) => sum + each, 0) / LINES +
    (exercises - extra) * EXERCISE + count(prose, /\*\*Predict\b/g) * PREDICTION;
  return { all: Math.ceil(all / STEP) * STEP, extra: extra * EXERCISE };
}

/** Returns the minutes stated at the top of a notebook; undefined if there are none. */
export function statedMinutes(notebook: Notebook): Minutes | undefined {
  const stated = notebook.cells[0]?.source.replace(/\s+/g, " ")
    .match(/\*\*Time:\*\* (\d+) minutes(?:, and (\d+) for the extra exercises?)?\./);
  return stated ? { all: Number(stated[1]), extra: Number(stated[2] ?? 0) } : undefined;
}

/**
 * Returns what is wrong about the stated times, as sentences: missing, not the estimate, too long, or different in the
 * README.
 * @param readme its table of notebooks has the file and `… min` in one row
 */
export function findWrongMinutes(name: string, notebook: Notebook, readme: string): string[] {
  const stated = statedMinutes(notebook);
  if (stated === undefined) return [`${name}.ipynb: its first cell does not say **Time:** … minutes.`];
  const estimate = estimateMinutes(notebook);
  const wrong: string[] = [];
  if (stated.all !== estimate.all || stated.extra !== estimate.extra) {
    wrong.push(`${name}.ipynb: it says ${inWords(stated)}, but the estimate is ${inWords(estimate)}`);
  }
  if (estimate.all > MOST.notebook) wrong.push(`${name}.ipynb: it takes more than ${MOST.notebook} minutes`);
  const row = readme.split("\n").find((line) => line.includes(`(notebooks/${name}.ipynb)`) && / min\b/.test(line));
  if (!row?.includes(` ${stated.all} min`)) wrong.push(`README.md: its row of ${name} does not say ${stated.all} min`);
  return wrong;
}

function inWords({ all, extra }: Minutes): string {
  return extra === 0 ? `${all} minutes` : `${all} minutes, and ${extra} for the extra exercises`;
}

/** Returns what is wrong about the README's routes: longer than three hours, or not the sum of the notebooks. */
export function findWrongRoutes(minutes: ReadonlyMap<string, Minutes | undefined>, readme: string): string[] {
  return [...readme.matchAll(/\| ((?:\d\d(?:, )?)+) +\| (\d+) min/g)].flatMap(([, notebooks, stated]) => {
    const sum = notebooks.split(", ").reduce((sum, number) => sum + (minutes.get(number)?.all ?? NaN), 0);
    if (sum !== Number(stated)) {
      return [`README.md: the route ${notebooks} says ${stated} min; its notebooks take ${sum}`];
    }
    return sum > MOST.route ? [`README.md: the route ${notebooks} takes more than three hours`] : [];
  });
}
