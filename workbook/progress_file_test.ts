import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { deleteProgress, parseProgress, readProgress, updateProgress } from "./progress_file.ts";
import { permittedTest } from "../testing/permitted.ts";

Deno.test("parseProgress() accepts what was written and nothing else", () => {
  const exercises = { "01.1": { passed: true, hints: 1 } };
  assertEquals(parseProgress(JSON.stringify({ version: 1, exercises })), exercises);
  for (
    const text of ["", "{", "null", "[]", "{}", '{"exercises":{"01.1":null}}', '{"exercises":{"01.1":{"passed":1}}}']
  ) {
    assertEquals(parseProgress(text), undefined, text);
  }
});

async function withFile(test: (path: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "deeper", "progress.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

permittedTest("write", "updateProgress() keeps each exercise in a file, in order", () =>
  withFile((path) => {
    assertEquals(readProgress(path), {});
    updateProgress(path, "01.2", (before) => ({ ...before, hints: before.hints + 1 }));
    updateProgress(path, "01.1", (before) => ({ ...before, passed: true }));
    assertEquals(updateProgress(path, "01.2", (before) => ({ ...before, hints: before.hints + 1 })).hints, 2);
    assertEquals(Object.entries(readProgress(path)), [
      ["01.1", { passed: true, hints: 0 }],
      ["01.2", { passed: false, hints: 2 }],
    ]);
    assertEquals([...Deno.readDirSync(join(path, ".."))].map((entry) => entry.name), ["progress.json"]);
    deleteProgress(path);
    deleteProgress(path);
    assertEquals(readProgress(path), {});
  }));

permittedTest("write", "a damaged file is set aside and progress begins anew", () =>
  withFile(async (path) => {
    updateProgress(path, "01.1", (before) => ({ ...before, passed: true }));
    await Deno.writeTextFile(path, '{"exercises": {"01.1"');
    assertEquals(updateProgress(path, "01.2", (before) => ({ ...before, passed: true })).passed, true);
    assertEquals(Object.keys(readProgress(path)), ["01.2"]);
    assertEquals(await Deno.readTextFile(`${path}.damaged`), '{"exercises": {"01.1"');
  }));
