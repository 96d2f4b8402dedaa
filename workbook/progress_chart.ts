/**
 * Draws the learner's progress: a row per notebook, a mark per exercise.
 *
 * @module
 */
import { type Chart, chart } from "./show/chart/chart.ts";
import { colours } from "./show/theme.ts";
import type { Exercise } from "./exercise.ts";
import { allExercises } from "./exercises/mod.ts";
import { type Progress, progressPath, readProgress } from "./progress_file.ts";

/** Draws the progress in all notebooks. */
export async function progressChart(): Promise<Chart> {
  return drawProgress(await allExercises(), readProgress(progressPath()));
}

/** A mark of the picture. */
export interface ProgressMark {
  readonly notebook: string;
  /** Number of the exercise in its notebook. */
  readonly number: number;
  readonly state: "done" | "done without a hint" | "to do";
}

/** Returns a mark per exercise. */
export function progressMarks(exercises: readonly Pick<Exercise, "id">[], progress: Progress): ProgressMark[] {
  return exercises.map(({ id }) => {
    const [notebook, number] = id.split(".");
    const { passed = false, hints = 0 } = progress[id] ?? {};
    return { notebook, number: Number(number), state: !passed ? "to do" : hints > 0 ? "done" : "done without a hint" };
  });
}

/** Draws the picture from data. */
export function drawProgress(exercises: readonly Pick<Exercise, "id">[], progress: Progress): Chart {
  const marks = progressMarks(exercises, progress);
  const done = marks.filter(({ state }) => state !== "to do").length;
  const states = ["done without a hint", "done", "to do"];
  const scale = (range: readonly unknown[]) => ({ domain: states, range });
  return chart({
    title: `${done} of ${marks.length} exercises are done`,
    data: { values: marks },
    width: 300,
    height: { step: 24 },
    mark: { type: "point", size: 130, strokeWidth: 2, opacity: 1 },
    encoding: {
      x: { field: "number", type: "ordinal", title: "exercise", axis: { labelAngle: 0, orient: "top" } },
      y: { field: "notebook", type: "nominal", title: "notebook" },
      shape: { field: "state", type: "nominal", title: null, scale: scale(["circle", "circle", "square"]) },
      fill: { field: "state", type: "nominal", title: null, scale: scale([colours.blue, colours.sky, "transparent"]) },
      stroke: {
        field: "state",
        type: "nominal",
        title: null,
        scale: scale([colours.blue, colours.blue, colours.grey]),
      },
    },
  }, `${done} of ${marks.length} exercises are done: a row for each notebook, a filled mark for what is done.`);
}
