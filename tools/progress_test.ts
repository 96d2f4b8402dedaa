import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { allExercises } from "../workbook/exercises/mod.ts";
import { updateProgress } from "../workbook/progress_file.ts";
import { root } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";

async function progress(file: string, ...args: string[]) {
  const env = { ...Deno.env.toObject(), WORKBOOK_PROGRESS: file };
  return await run(Deno.execPath(), ["run", "-A", "--quiet", join(root, "tools", "progress.ts"), ...args], { env });
}

Deno.test("progress tells what is done, to a person and to a program", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "progress.json");
  const count = (await allExercises()).length;
  const fresh = await progress(file);
  assertEquals([fresh.code, fresh.stdout.trimEnd().split("\n").at(-1)], [0, `0 of ${count} exercises are done.`]);
  updateProgress(file, "00.2", () => ({ passed: true, hints: 1 }));
  assertStringIncludes((await progress(file)).stdout, "00  1 of 3 to do: 00.1, 00.3");
  const { done, of, exercises } = JSON.parse((await progress(file, "--json")).stdout);
  assertEquals([done, of, exercises.length], [1, count, count]);
  assertEquals(exercises[1], { id: "00.2", title: "Who had to wait?", passed: true, hints: 1 });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("progress refuses what it does not know", async () => {
  const { code, stderr } = await progress("none", "--jsno");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "unknown option '--jsno'");
});
