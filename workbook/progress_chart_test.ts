import { assertEquals } from "@std/assert";
import { drawProgress, progressMarks } from "./progress_chart.ts";

const exercises = ["00.1", "00.2", "07.10"].map((id) => ({ id }));
const progress = { "00.1": { passed: true, hints: 0 }, "00.2": { passed: true, hints: 2 } };

Deno.test("each exercise is a mark that says whether it is done, and whether with a hint", () => {
  assertEquals(progressMarks(exercises, progress), [
    { notebook: "00", number: 1, state: "done without a hint" },
    { notebook: "00", number: 2, state: "done" },
    { notebook: "07", number: 10, state: "to do" },
  ]);
});

Deno.test("the picture says in words how far one is", () => {
  const { alt, spec } = drawProgress(exercises, progress);
  assertEquals(spec.title, "2 of 3 exercises are done");
  assertEquals(alt, "2 of 3 exercises are done: a row for each notebook, a filled mark for what is done.");
});
