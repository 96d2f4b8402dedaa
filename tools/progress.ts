/**
 * `deno task progress`: lists completed exercises.
 *
 * @module
 */
import { progressRows } from "../workbook/check.ts";
import { allExercises } from "../workbook/exercises/mod.ts";
import { progressPath, readProgress, untouched } from "../workbook/progress_file.ts";
import { newCommand, readArguments, runTask } from "../workbook/command_line.ts";

const command = newCommand(
  "deno task progress",
  "Lists completed exercises.",
  "Progress is stored in .data/progress.json; WORKBOOK_PROGRESS selects another file, such as that of a student.",
).option(
  "--json",
  "one object for a program: { done, of, exercises: [{ id, title, passed, hints }] }; hints is how many are open",
);

async function progress(args: string[]): Promise<number> {
  const given = readArguments<{ json?: boolean }>(command, args);
  if (!given) return 0;
  const all = await allExercises();
  const kept = readProgress(progressPath());
  const exercises = all.map(({ id, title }) => ({ id, title, ...(kept[id] ?? untouched) }));
  const done = exercises.filter(({ passed }) => passed).length;
  if (given.options.json) {
    console.log(JSON.stringify({ done, of: exercises.length, exercises }, null, 2));
    return 0;
  }
  for (const { notebook, done, toDo } of progressRows(all, kept)) {
    console.log(`${notebook}  ${done.padEnd(7)}${toDo && `to do: ${toDo}`}`.trimEnd());
  }
  console.log(`${done} of ${exercises.length} exercises are done.`);
  return 0;
}

if (import.meta.main) await runTask(progress);
