import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { allExercises } from "../exercises/mod.ts";
import { ensureEnvironment } from "./environment.ts";
import { notebooksFolder } from "../paths.ts";
import { findBrokenLinks, findMissingFiles, findMisspellings, headingAnchors, linkTargets } from "./prose.ts";

Deno.test("links are those of the prose, not of code", () => {
  const markdown =
    "[a](a.md) and ![b](b.png 'title') but not `[c](c.md)`\n```md\n[d](d.md)\n```\n[e](<e.md>) f(x)[0](g)";
  assertEquals(linkTargets(markdown), ["a.md", "b.png", "e.md", "g"]);
});

Deno.test("headings become anchors as GitHub makes them", () => {
  assertEquals(headingAnchors("# One\n\n## Two `and` a half: no?\ntext\n### N+1"), ["one", "two-and-a-half-no", "n1"]);
});

Deno.test("a link that leads to no file, or no heading, is found", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "notebooks"));
  await Deno.writeTextFile(join(folder, "README.md"), "# Begin here\n");
  await Deno.writeTextFile(join(folder, "notebooks", "01.ipynb"), "{}");
  const broken = (markdown: string) => findBrokenLinks({ file: "notebooks/02.ipynb", markdown }, folder);
  assertEquals(
    await broken("[a](../README.md) [b](../README.md#begin-here) [c](01.ipynb) [d](https://x.example/y)"),
    [],
  );
  assertEquals(await broken("[a](README.md) [b](../README.md#begin) [c](01.ipynb#One)"), [
    "notebooks/02.ipynb: broken link to README.md: no such file",
    "notebooks/02.ipynb: broken link to ../README.md#begin: no such heading",
    "notebooks/02.ipynb: broken link to 01.ipynb#One: no such heading",
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that a text names in code, and that does not exist, is found", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "lib", "orm"), { recursive: true });
  await Deno.writeTextFile(join(folder, "lib", "orm", "flush.ts"), "");
  const markdown = "`lib/orm/flush.ts`, `orm/flush.ts`, `orm/gone.ts`, `tools/*_test.ts` and `mod.ts`";
  const missing = await findMissingFiles({ file: "PAGE.md", markdown }, ["lib"], folder);
  assertEquals(missing, ["PAGE.md: there is no file orm/gone.ts"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the page for teachers has every exercise, by its number and title", async () => {
  const page = await Deno.readTextFile(join(notebooksFolder, "teaching.md"));
  const missing = (await allExercises()).filter(({ id, title }) => !page.includes(`| ${id} | ${title} |`));
  assertEquals(missing.map(({ id }) => id), []);
});

Deno.test("a misspelt word of the prose is found, with the text and line it is in", async () => {
  const texts = [{ file: "README.md", markdown: "All is well." }, {
    file: "notebooks/01.ipynb",
    markdown: "`nmae`\n```\nnmae\n```\nteh b",
  }];
  assertEquals(await findMisspellings(texts, await ensureEnvironment()), [
    "notebooks/01.ipynb, line 5 of its text: teh ==> the",
  ]);
});
