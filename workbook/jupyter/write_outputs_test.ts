import { assertEquals } from "@std/assert";
import { notebookOf } from "../../testing/notebook_fixture.ts";
import { codeCells, type Output } from "./notebook.ts";
import { writeOutputs } from "./write_outputs.ts";

const printing = (text: string): Output[] => [{ output_type: "stream", name: "stdout", text }];

/** Returns the outputs stored after a second run of as many cells. */
async function secondRun(before: string[], after: string[], sources = before.map(() => "1;")) {
  const notebook = notebookOf(...sources);
  const file = { name: "01_try", path: "", text: "", notebook };
  const run = async (texts: string[]) =>
    await writeOutputs(file, { outputs: texts.map(printing), languageInfo: undefined });
  await run(before);
  codeCells(notebook).forEach((cell, index) => cell.source = sources[index].replace("edited", "anew"));
  const { isReplaced } = await run(after);
  const texts = codeCells(notebook).map(({ outputs }) => outputs!.flatMap((each) => "text" in each ? each.text : []));
  return { isReplaced, texts: texts.flat() };
}

Deno.test("a run that differs only in timings and ids changes nothing", async () => {
  assertEquals(
    await secondRun(["wrote 0123456789ab", "took 1 ms"], ["wrote ba9876543210", "took 2 ms"]),
    { isReplaced: false, texts: ["wrote 0123456789ab", "took 1 ms"] },
  );
});

Deno.test("all outputs come from one run: a picture that changed in kind takes the table beside it along", async () => {
  assertEquals(
    await secondRun(["a chart of 1 ms", "took 1 ms", "fixed"], ["a picture of 2 ms", "took 2 ms", "fixed"]),
    { isReplaced: true, texts: ["a picture of 2 ms", "took 2 ms", "fixed"] },
  );
  assertEquals(
    await secondRun(["made 1", "took 1 ms"], ["made 2", "took 2 ms"], ["edited;", "2;"]),
    { isReplaced: true, texts: ["made 2", "took 2 ms"] },
    "the source of the first one changed",
  );
});
