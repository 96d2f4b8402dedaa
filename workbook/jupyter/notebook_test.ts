import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { makeFixture, notebookOf } from "../../testing/notebook_fixture.ts";
import { formatNotebook, parseNotebook, readNotebooks } from "./notebook.ts";

Deno.test("a notebook is written with sorted keys, an indent of one, and texts as lists of lines", () => {
  const notebook = notebookOf('console.log("ä");\n1;');
  notebook.cells[0].outputs = [{ output_type: "stream", name: "stdout", text: "ä\n" }];
  const text = formatNotebook(notebook);
  assertStringIncludes(
    text,
    '{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "c0",',
  );
  assertStringIncludes(text, '"source": [\n    "console.log(\\"ä\\");\\n",\n    "1;"\n   ]');
  assertStringIncludes(text, '"text": [\n      "ä\\n"\n     ]');
  assertEquals(text.endsWith("}\n"), true);
});

Deno.test("reading and writing again changes nothing", () => {
  const notebook = notebookOf("1;", "");
  const data = { "text/plain": "a\nb", "image/png": "AAAA", "application/json": { b: 1, a: ["x"] } };
  notebook.cells[0].outputs = [{ output_type: "display_data", data, metadata: {} }];
  const text = formatNotebook(notebook);
  assertEquals(formatNotebook(parseNotebook(text)), text);
});

Deno.test("a cell without an id, and one with the id of another, get one from their place", () => {
  const notebook = notebookOf("1;", "2;", "3;");
  notebook.cells[0].id = "";
  notebook.cells[2].id = "c1";
  const cells = parseNotebook(JSON.stringify(notebook)).cells;
  assertEquals(cells.map((cell) => cell.id), ["cell-0", "c1", "cell-2"]);
});

Deno.test("notebooks are chosen by the beginning of their names; one that does not exist is named", async () => {
  await using fixture = await makeFixture();
  await Deno.copyFile(join(fixture.folder, "01_fixture.ipynb"), join(fixture.folder, "02_other.ipynb"));
  assertEquals((await readNotebooks(["02"], fixture.folder)).map(({ name }) => name), ["02_other"]);
  assertEquals((await readNotebooks([], fixture.folder)).map(({ name }) => name), ["01_fixture", "02_other"]);
  await assertRejects(() => readNotebooks(["07"], fixture.folder), UsageError, 'No notebook starts with "07"');
});
