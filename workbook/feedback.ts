/**
 * Feedback after a check: Markdown in a notebook, plain text elsewhere.
 *
 * @module
 */
import type { MimeBundle } from "./show/display.ts";
import type { Exercise } from "./exercise.ts";
import type { Outcome } from "./grade.ts";
import { asCodeBlock, asMarkdown } from "./markdown_text.ts";

/** A solution file. */
export interface Solution {
  /** Path relative to the project's folder: `notebooks/solutions/02.3.ts`. */
  readonly path: string;
  readonly code: string;
}

/** Content below the outcome. */
export interface Extras {
  /** Number of open hints. */
  readonly hints: number;
  /** Shown collapsed; absent while the learner should try alone. */
  readonly solution?: Solution;
  /** A final line, for example that progress could not be saved. */
  readonly note?: string;
}

/** A sign and a colour for each verdict; the colours have contrast on a white and on a dark page. */
const LOOKS: Readonly<Record<Outcome["status"], { readonly sign: string; readonly colour: string }>> = {
  PASS: { sign: "✔", colour: "#0b8457" },
  "NOT YET": { sign: "✘", colour: "#d1501a" },
  TODO: { sign: "○", colour: "#6b7280" },
};

/** Formats a verdict as Markdown. GitHub removes the colour; the sign remains. */
function verdict(status: Outcome["status"]): string {
  const { sign, colour } = LOOKS[status];
  return `<span style="color: ${colour}">${sign} **${status}**</span>`;
}

/** Formats the outcome of a check, with the open hints and, when due, the solution. */
export function feedback(exercise: Exercise, outcome: Outcome, { hints, solution, note }: Extras): MimeBundle {
  const { id, title } = exercise;
  const open = outcome.status === "NOT YET" ? exercise.hints.slice(0, hints) : [];
  const more = outcome.status === "NOT YET" ? whatNext(exercise, hints, solution !== undefined) : "";
  const heading = outcome.status === "PASS" ? "Compare with one solution" : "The solution";
  return {
    "text/markdown": paragraphs(
      `${verdict(outcome.status)} ${id} *${asMarkdown(title)}*: ${asMarkdown(outcome.message)}`,
      ...open.map((hint, index) => `**Hint ${index + 1} of ${exercise.hints.length}:** ${asMarkdown(hint)}`),
      more,
      solution && foldedSolution(heading, solution),
      note && asMarkdown(note),
    ),
    "text/plain": lines(
      `${outcome.status} ${id} ${title}: ${outcome.message}`,
      ...open.map((hint, index) => `Hint ${index + 1} of ${exercise.hints.length}: ${hint}`),
      more,
      solution && `${heading}: ${solution.path}`,
      note,
    ),
  };
}

/** Formats a hint on request. */
export function hintFeedback(exercise: Exercise, hints: number): MimeBundle {
  const count = exercise.hints.length;
  if (count === 0) {
    return text(`${exercise.id} has no hints. await solution("${exercise.id}") shows a solution.`);
  }
  const open = exercise.hints.slice(0, hints);
  return {
    "text/markdown": paragraphs(
      ...open.map((hint, index) => `**Hint ${index + 1} of ${count}:** ${asMarkdown(hint)}`),
    ),
    "text/plain": lines(...open.map((hint, index) => `Hint ${index + 1} of ${count}: ${hint}`)),
  };
}

/** Formats the solution on request. */
export function solutionFeedback(exercise: Exercise, solution: Solution | undefined): MimeBundle {
  if (solution === undefined) return text(`There is no solution file for ${exercise.id}.`);
  return {
    "text/markdown": foldedSolution(`The solution of ${exercise.id}`, solution),
    "text/plain": `The solution of ${exercise.id}: ${solution.path}\n\n${solution.code.trimEnd()}`,
  };
}

/** Formats one sentence as an output. */
export function text(sentence: string): MimeBundle {
  return { "text/markdown": asMarkdown(sentence), "text/plain": sentence };
}

function whatNext(exercise: Exercise, hints: number, offered: boolean): string {
  if (offered || exercise.hints.length === 0) return "";
  return hints < exercise.hints.length
    ? "Change your code and check again; the next try opens the next hint if you need it."
    : "This was the last hint; the next try offers the solution if you need it.";
}

function foldedSolution(heading: string, { path, code }: Solution): string {
  const summary = `<details><summary>${heading} (${path})</summary>`;
  return paragraphs(summary, asCodeBlock(code, "typescript"), "</details>");
}

function paragraphs(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join("\n\n");
}

function lines(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join("\n");
}
