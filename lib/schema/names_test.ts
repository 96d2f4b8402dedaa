import { assertEquals, assertThrows } from "@std/assert";
import { createStatements, enumeration, integer, InvalidModelError, Metadata, sql, text } from "../mod.ts";
import type { Columns } from "./table.ts";
import type { TableOptions } from "./table_options.ts";

const id = integer().primaryKey();
const long = (start: string) => start.padEnd(64, "x");

/** Declares tables. */
function declare(tables: Record<string, [columns: Columns, options?: TableOptions]>): Metadata {
  const metadata = new Metadata();
  for (const [name, [columns, options]] of Object.entries(tables)) metadata.add(name, { id, ...columns }, options);
  return metadata;
}

Deno.test("names that the server would cut off, or refuse, are refused when they are declared", () => {
  const wrong: [name: string, columns: Columns, options: TableOptions, problem: string][] = [
    [long("t"), {}, {}, `the table "${long("t")}" is longer than 63 bytes, and PostgreSQL would cut it off`],
    ["", {}, {}, `the table "" is empty`],
    ["a\0b", {}, {}, "contains NUL"],
    ["a", {}, { named: "b " }, "nor with blanks at its ends"],
    ["a", { [long("c")]: text() }, {}, `the column "${long("c")}" is longer than 63 bytes`],
    ["a", { ["ä".repeat(32)]: text() }, {}, "is longer than 63 bytes"],
    ["a", { "": text() }, {}, `the column "" is empty`],
    ["a", {}, { schema: long("s") }, `the schema "${long("s")}" is longer`],
    ["a", {}, { indexes: [{ on: ["id"], name: long("i") }] }, `the index "${long("i")}" is longer`],
    ["a", {}, { unique: [{ on: ["id"], name: long("u") }] }, `the unique constraint "${long("u")}" is longer`],
    ["a", {}, { primaryKey: { name: long("p") } }, `the primary key "${long("p")}" is longer`],
    ["a", {}, { checks: { c: { sql: "true", name: long("c") } } }, `the check "${long("c")}" is longer`],
    ["a", {}, { constraints: { "": "CHECK (true)" } }, `the constraint "" is empty`],
    ["a", { m: enumeration(long("m"), ["a"]) }, {}, `the enum type "${long("m")}" is longer`],
    [
      "a",
      { m: enumeration("path", ["a"]) },
      {},
      `PostgreSQL has a type path of its own: give the enum type another name`,
    ],
    ["a", { m: enumeration("mood", [long("v")]) }, {}, `the value "${long("v")}" of the enum type "mood" is longer`],
    ["a", { m: enumeration("mood", ["a", "b", "a"]) }, {}, `the enum type "mood" has the value "a" twice`],
  ];
  for (const [name, columns, options, problem] of wrong) {
    assertThrows(() => declare({ [name]: [columns, options] }), InvalidModelError, problem);
  }
  const most = "x".repeat(63);
  declare({
    [most]: [{ [most]: text().index().unique() }, {
      schema: most,
      indexes: [{ on: ["id"], name: "i" + most.slice(1) }],
    }],
  });
});

Deno.test("what is declared twice, or under one name, is refused", () => {
  const twice: [columns: Columns, options: TableOptions, problem: string][] = [
    [{ a: text().index() }, { indexes: [["a"]] }, `the index "ix_t_a" is declared twice`],
    [{ a: text() }, { indexes: [["a"], ["a"]] }, `the index "ix_t_a" is declared twice`],
    [{ a: text().unique() }, { unique: [["a"]] }, `the unique constraint "uq_t_a" is declared twice`],
    [{ a: text().check("a > ''") }, { checks: { a: "a < ''" } }, `the check "ck_t_a" is declared twice`],
    [{ a: text() }, { indexes: [{ on: [sql("lower(a)")], name: "pk_t" }] }, `"pk_t" names a primary key and an index`],
    [{}, { constraints: { ck_t_a: "CHECK (true)" }, checks: { a: "true" } }, `"ck_t_a" names a check and a constraint`],
    [
      { a: text().index() },
      { constraints: { ix_t_a: "exclude using hash (a with =)" } },
      `"ix_t_a" names an index and an exclusion constraint`,
    ],
    [{ a: text() }, { indexes: [{ on: ["a"], name: "t" }] }, `"t" names a table and an index`],
  ];
  for (const [columns, options, problem] of twice) {
    assertThrows(() => declare({ t: [columns, options] }), InvalidModelError, problem);
  }
});

Deno.test("relations of different tables that share a name are refused before anything is sent", () => {
  const index = { indexes: [{ on: ["id" as const], name: "ix" }] };
  const shared = declare({ heroes: [{}, index], toys: [{}, index] });
  const problem = `Model of table "toys": "ix" names an index and an index of "heroes": ` +
    "give one of them another name.";
  assertEquals(assertThrows(() => createStatements(shared), InvalidModelError).message, problem);
  assertThrows(
    () =>
      createStatements(
        declare({ heroes: [{ a: text(), b: text() }, { indexes: [["a", "b"]] }], heroes_a: [{ b: text().index() }] }),
      ),
    InvalidModelError,
    `"ix_heroes_a_b" names an index and an index of "heroes"`,
  );
  assertThrows(
    () => createStatements(declare({ mood: [{ mood: enumeration("mood", ["a"]) }] })),
    InvalidModelError,
    `"mood" names this table and an enum type`,
  );
  assertThrows(
    () => createStatements(declare({ t: [{ a: integer().references("t.id", { name: "ck_t_a" }).check("a > 0") }] })),
    InvalidModelError,
    `"ck_t_a" names a check and a foreign key`,
  );
  createStatements(declare({ heroes: [{}, index], toys: [{}, { ...index, schema: "trade" }] }));
});
