import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { makeSiblingFolder, root, solutionsFolder } from "../paths.ts";
import { run } from "../processes.ts";
import { readExercises } from "./exercises.ts";
import { changeCode, findMissingFiles, moveImports, withMovedImports, withOldImports } from "./moved_imports.ts";
import { type Cell, codeCells, formatNotebook, parseNotebook, readNotebooks } from "./notebook.ts";
import { updateOwnCopies } from "./own_copies.ts";

Deno.test("only imports are rewritten, and only of what was moved", () => {
  const source = `import { show } from "../lib/show/mod.ts";
const { check } = await import("../lib/workbook/mod.ts");
import { select } from "../lib/mod.ts";
console.log("../lib/show/mod.ts"); // from ../lib/show/mod.ts`;
  const moved = `import { show } from "../workbook/show/mod.ts";
const { check } = await import("../workbook/mod.ts");
import { select } from "../lib/mod.ts";
console.log("../lib/show/mod.ts"); // from ../lib/show/mod.ts`;
  assertEquals([withMovedImports(source), withOldImports(moved)], [moved, source]);
});

/** Copies of all notebooks as a reader had them before the move, with every exercise answered; deleted with the block. */
async function answeredBeforeTheMove() {
  const folder = await makeSiblingFolder();
  const answers = new Map<string, string[]>();
  for (const { name, notebook } of await readNotebooks()) {
    const exercises = await readExercises(notebook, solutionsFolder);
    const cells = codeCells(notebook);
    for (const { cell, solution } of exercises) cells[cell].source = solution!.source;
    answers.set(`${name}.ipynb`, exercises.map(({ solution }) => solution!.source));
    await Deno.writeTextFile(join(folder, `${name}.ipynb`), formatNotebook(changeCode(notebook, withOldImports)));
  }
  return {
    folder,
    answers,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const read = async (path: string) => parseNotebook(await Deno.readTextFile(path));

Deno.test("an answered my/ of before the move keeps its answers, and its first cells import what is there", async () => {
  await using my = await answeredBeforeTheMove();
  const files = [...my.answers.keys()];
  const before = await Promise.all(files.map((file) => Deno.readTextFile(join(my.folder, file))));
  const oldImports = (await findMissingFiles(my.folder)).length;
  const said = await updateOwnCopies(my.folder, "my");
  assertEquals(said.at(-1)!.includes(files.join(", ")), true, said.join("\n"));
  assertEquals([oldImports > files.length, await findMissingFiles(my.folder)], [true, []]);
  for (const [index, file] of files.entries()) {
    assertEquals(await Deno.readTextFile(join(my.folder, `${file}.before`)), before[index]);
    const sources = codeCells(await read(join(my.folder, file))).map(({ source }: Cell) => source);
    for (const answer of my.answers.get(file)!) assertEquals(sources.includes(withMovedImports(answer)), true, file);
    const statements = sources[0].match(/^import\b[^;]*;$/gm) ?? [];
    const names = statements.map((statement, at) =>
      statement.replace(/^import (?:type )?\{([^}]*)\} from (".*");$/s, (_, list: string, from) => {
        const values = list.split(",").map((each) => each.trim()).filter((each) => each && !each.startsWith("type "));
        return `import { ${values.map((each, n) => `${each} as i${at}_${n}`).join(", ")} } from ${from};`;
      })
    );
    await Deno.writeTextFile(join(my.folder, `${file}.ts`), names.join("\n"));
  }
  const all = files.map((file) => `import ${JSON.stringify(pathToFileURL(join(my.folder, `${file}.ts`)).href)};`);
  await Deno.writeTextFile(join(my.folder, "all.ts"), all.join("\n"));
  const { code, stderr } = await run(Deno.execPath(), ["run", "-A", "--no-check", join(my.folder, "all.ts")], {
    cwd: root,
  });
  assertEquals([code, stderr.includes("does not provide")], [0, false], stderr);
  assertEquals(await moveImports(my.folder), [], "once is enough");
});

Deno.test("a progress of before the move counts the same exercises", async () => {
  await using my = await answeredBeforeTheMove();
  const ids =
    (await Promise.all((await readNotebooks()).map(({ notebook }) => readExercises(notebook, solutionsFolder))))
      .flat().map(({ id }) => id);
  const file = join(my.folder, "progress.json");
  const exercises = Object.fromEntries(ids.map((id, index) => [id, { passed: index % 3 > 0, hints: index % 3 }]));
  await Deno.writeTextFile(file, JSON.stringify({ version: 1, exercises }));
  const count = async () => {
    const env = { ...Deno.env.toObject(), WORKBOOK_PROGRESS: file };
    const args = ["run", "-A", "--quiet", join(root, "tools", "progress.ts"), "--json"];
    return JSON.parse((await run(Deno.execPath(), args, { cwd: root, env })).stdout);
  };
  const before = await count();
  await updateOwnCopies(my.folder, "my");
  assertEquals([await count(), before.done], [before, ids.filter((_, index) => index % 3 > 0).length]);
});

Deno.test("a copy that nobody touched stays untouched where only imports were moved, and keeps being renewed", async () => {
  await using my = await answeredBeforeTheMove();
  const [from, to] = [join(my.folder, "notebooks"), join(my.folder, "my")];
  const publish = (source: string) => {
    const cells = [{ cell_type: "code", id: "a", metadata: {}, source, outputs: [] }];
    const text = JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
    return Deno.writeTextFile(join(from, "00_a.ipynb"), formatNotebook(parseNotebook(text)));
  };
  const own = async () => (await read(join(to, "00_a.ipynb"))).cells[0].source;
  await Deno.mkdir(from);
  await publish(`import { show } from "../lib/show/mod.ts";`);
  await updateOwnCopies(to, "my", from);
  await Deno.writeTextFile(
    join(to, "00_a.ipynb"),
    formatNotebook(changeCode(await read(join(to, "00_a.ipynb")), withOldImports)),
  );
  await publish(`import { show } from "../workbook/show/mod.ts";`);
  const said = await updateOwnCopies(to, "my", from);
  assertEquals([said.length, said[0].startsWith("modules have moved")], [1, true], "the original is no newer one");
  assertEquals(await own(), `import { show } from "../workbook/show/mod.ts";`);
  await publish("2");
  await updateOwnCopies(to, "my", from);
  assertEquals(await own(), "2");
});
