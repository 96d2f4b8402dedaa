import { assertEquals } from "@std/assert";
import { notebookOf } from "../../testing/notebook_fixture.ts";
import { codeCells, type Output } from "./notebook.ts";
import { writeOutputs } from "./write_outputs.ts";

const printing = (text: string): Output[] => [{ output_type: "stream", name: "stdout", text }];

/** Returns the outputs of three cells after a second run in which the first one's output has changed in kind. */
async function secondRun(first: [before: string, after: string], second: [before: string, after: string]) {
  const notebook = notebookOf("1;", "2;", "3;");
  const file = { name: "01_try", path: "", text: "", notebook };
  const run = async (...texts: string[]) =>
    await writeOutputs(file, { outputs: texts.map(printing), languageInfo: undefined });
  await run(first[0], second[0], "took 1 ms");
  const { replaced } = await run(first[1], second[1], "took 2 ms");
  const texts = codeCells(notebook).map(({ outputs }) => outputs!.flatMap((each) => "text" in each ? each.text : []));
  return { replaced, texts: texts.flat() };
}

Deno.test("outputs that show the ids of revisions are replaced together, and timings stay", async () => {
  assertEquals(
    await secondRun(["wrote 0123456789ab", "and wrote ba9876543210_x.ts"], ["at 0123456789ab", "at ba9876543210"]),
    { replaced: 2, texts: ["and wrote ba9876543210_x.ts", "at ba9876543210", "took 1 ms"] },
  );
  assertEquals(
    await secondRun(["wrote 0123456789ab", "wrote ba9876543210"], ["at 0123456789ab", "at ba9876543210"]),
    { replaced: 0, texts: ["wrote 0123456789ab", "at 0123456789ab", "took 1 ms"] },
  );
  assertEquals(
    await secondRun(["one", "another"], ["at 0123456789ab", "at ba9876543210"]),
    { replaced: 1, texts: ["another", "at 0123456789ab", "took 1 ms"] },
  );
});
