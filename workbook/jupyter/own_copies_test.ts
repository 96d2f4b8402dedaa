import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { explainCopies, keepOwnCopies } from "./own_copies.ts";
import { formatNotebook, parseNotebook } from "./notebook.ts";

function notebook(...sources: string[]): string {
  const cells = sources.map((source, n) => ({ cell_type: "code", id: `cell-${n}`, metadata: {}, source, outputs: [] }));
  return formatNotebook(parseNotebook(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 })));
}

/** Two folders, the originals' and the reader's, with what is done in them. */
class Folders implements AsyncDisposable {
  private constructor(readonly from: string, readonly to: string) {}

  static async make(): Promise<Folders> {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(join(folder, "notebooks"));
    return new Folders(join(folder, "notebooks"), join(folder, "my"));
  }

  publish = (name: string, ...sources: string[]) =>
    Deno.writeTextFile(join(this.from, `${name}.ipynb`), notebook(...sources));
  type = (name: string, ...sources: string[]) =>
    Deno.writeTextFile(join(this.to, `${name}.ipynb`), notebook(...sources));
  own = async (name: string) =>
    parseNotebook(await Deno.readTextFile(join(this.to, `${name}.ipynb`))).cells.map(({ source }) => source);
  keep = async () => (await keepOwnCopies(this.to, this.from)).map(({ file, outcome }) => `${file}: ${outcome}`);

  async [Symbol.asyncDispose]() {
    await Deno.remove(join(this.from, ".."), { recursive: true });
  }
}

Deno.test("a notebook is copied once, and the copy is the reader's", async () => {
  await using folders = await Folders.make();
  await folders.publish("00_a", "const answer = TODO;");
  assertEquals(await folders.keep(), ["00_a.ipynb: made"]);
  await folders.type("00_a", "const answer = 42;");
  assertEquals(await folders.keep(), ["00_a.ipynb: same"]);
  assertEquals(await folders.own("00_a"), ["const answer = 42;"]);
});

Deno.test("the copy begins without outputs: they would tell what the reader is asked to predict", async () => {
  await using folders = await Folders.make();
  const outputs = [{ output_type: "stream", name: "stdout", text: "3 statements" }];
  const cells = [
    { cell_type: "markdown", id: "ask", metadata: {}, source: "**Predict:** how many statements?" },
    { cell_type: "code", id: "answer", metadata: {}, source: "count()", outputs },
  ];
  const original = parseNotebook(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  await Deno.writeTextFile(join(folders.from, "00_a.ipynb"), formatNotebook(original));
  await folders.keep();
  const copy = parseNotebook(await Deno.readTextFile(join(folders.to, "00_a.ipynb")));
  assertEquals(copy.cells.map(({ source, outputs }) => [source, outputs]), [
    ["**Predict:** how many statements?", undefined],
    ["count()", []],
  ]);
});

Deno.test("a newer original takes the place of a copy that was only run, never of one that was changed", async () => {
  await using folders = await Folders.make();
  await folders.publish("00_a", "1");
  await folders.publish("01_b", "1");
  await folders.keep();
  await folders.type("01_b", "1", "mine");
  await folders.publish("00_a", "2");
  await folders.publish("01_b", "2");
  assertEquals(await folders.keep(), ["00_a.ipynb: renewed", "01_b.ipynb: kept"]);
  assertEquals([await folders.own("00_a"), await folders.own("01_b")], [["2"], ["1", "mine"]]);
  assertEquals(await folders.keep(), ["00_a.ipynb: same", "01_b.ipynb: kept"], "said until the reader has decided");
});

Deno.test("a copy that was deleted is made again; one without a record, or damaged, is never written over", async () => {
  await using folders = await Folders.make();
  await folders.publish("00_a", "1");
  await folders.publish("01_b", "1");
  await folders.keep();
  await Deno.remove(join(folders.to, "00_a.ipynb"));
  await Deno.writeTextFile(join(folders.to, "01_b.ipynb"), "{ half a no");
  await folders.publish("01_b", "2");
  assertEquals(await folders.keep(), ["00_a.ipynb: made", "01_b.ipynb: kept"]);
  await Deno.remove(join(folders.to, ".originals.json"));
  await folders.type("00_a", "mine");
  assertEquals(await folders.keep(), ["00_a.ipynb: kept", "01_b.ipynb: kept"]);
});

Deno.test("what happened is said where it matters", () => {
  assertEquals(explainCopies([{ file: "00_a.ipynb", outcome: "same" }], "my"), []);
  const copies = [
    { file: "00_a.ipynb", outcome: "made" },
    { file: "01_b.ipynb", outcome: "renewed" },
    { file: "02_c.ipynb", outcome: "kept" },
  ] as const;
  assertEquals(explainCopies(copies, "my"), [
    "copied to my/, for you to edit: 00_a.ipynb",
    "updated, because your copy was unchanged: 01_b.ipynb",
    "my/02_c.ipynb has your changes and is kept; notebooks/02_c.ipynb is newer: delete your copy to get it",
  ]);
});
