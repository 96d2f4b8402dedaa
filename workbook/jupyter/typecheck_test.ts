import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { ensureEnvironment } from "./environment.ts";
import { execute } from "./execute.ts";
import { formatNotebook } from "./notebook.ts";
import { visibleText } from "./outputs.ts";
import { makeSiblingFolder } from "../paths.ts";
import { notebookOf } from "../../testing/notebook_fixture.ts";

/** Runs the cells of a saved notebook in a kernel, and returns what the last one shows. */
async function run(...sources: string[]): Promise<string> {
  const folder = await makeSiblingFolder();
  try {
    await Deno.writeTextFile(join(folder, "02_mine.ipynb"), formatNotebook(notebookOf(...sources)));
    const { outputs, failure } = await execute({
      environment: await ensureEnvironment(),
      sources,
      folder,
      timeout: 120,
      variables: { JPY_SESSION_NAME: "/somewhere/02_mine.ipynb" },
    });
    assertEquals(failure, undefined);
    return visibleText(outputs.at(-1)!);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const start = `import { typecheck } from "../workbook/typecheck.ts";
import { declarativeBase, select, text } from "../lib/mod.ts";
const { model } = declarativeBase();
class Hero extends model("heroes", { name: text().primaryKey() }) {}`;

Deno.test("typecheck() says what the kernel let pass, by cell and line", async () => {
  const said = await run(
    start,
    'const query = select(Hero);\nconst name: number = new Hero({ name: "sandy" }).name;',
    "await typecheck();",
  );
  assertStringIncludes(said, "1 problem in the 2 code cells of 02_mine.ipynb, as saved at ");
  assertStringIncludes(said, "cell 2, line 2: Type 'string' is not assignable to type 'number'.");
});

Deno.test("typecheck() says that the types are right, and does not look at the cells below", async () => {
  const said = await run(start, "await typecheck();");
  assertStringIncludes(said, "No problem in the 1 code cell of 02_mine.ipynb, as saved at ");
});
