import { assertEquals } from "@std/assert";
import type { UnmodelledObject } from "./database_schema.ts";
import { ignoredLines } from "./report_ignored.ts";

const indexes = Array.from({ length: 12 }, (_, index): UnmodelledObject => ({
  kind: "index",
  name: `films.ix_${index}`,
  reason: "with an operator class",
}));
const column = (name: string, type: string): UnmodelledObject => ({
  kind: "column",
  name,
  reason: `its type is ${type}`,
});

Deno.test("what is ignored is summed up, a line for each kind and reason; -v lists it", () => {
  const objects: UnmodelledObject[] = [
    ...indexes,
    { kind: "table", name: "logs", reason: "it has no primary key" },
    { kind: "table", name: "tags", reason: "it has no primary key" },
    { kind: "view", name: "film_list" },
    { kind: "policy", name: "films.own" },
    { kind: "policy", name: "films.all" },
    { kind: "foreign key", name: "a.b", reason: "deferrable" },
    { kind: "foreign key", name: "a.c", reason: "deferrable" },
    column("films.year", "release_year"),
    column("films.text", "tsvector"),
    column("films.address", "inet"),
    column("logs.address", "inet"),
  ];
  assertEquals(ignoredLines(objects), [
    "ignored: 12 indexes: with an operator class; for example films.ix_0",
    "ignored: 2 tables: they have no primary key; for example logs",
    "ignored: view film_list",
    "ignored: 2 policies, for example films.own",
    "ignored: 2 foreign keys: deferrable; for example a.b",
    "ignored: 2 columns: their type is inet; for example films.address",
    "ignored: 2 columns, for example films.year: its type is release_year",
    "ignored: 23 in all; -v lists them",
  ]);
  assertEquals(ignoredLines(objects, true).length, 23);
  assertEquals(ignoredLines(objects, true)[22], "ignored: column logs.address: its type is inet");
});

Deno.test("a short list is a line each, without a hint", () => {
  assertEquals(ignoredLines([indexes[0], column("a.b", "inet")]), [
    "ignored: index films.ix_0: with an operator class",
    "ignored: column a.b: its type is inet",
  ]);
  assertEquals(ignoredLines([]), []);
});
