/**
 * Property: any text in every place where SQL text or a name may stand comes through a revision file and an SQL script
 * unchanged.
 */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import fc from "npm:fast-check@^4";
import { array, type Column, createEngine, type Engine, enumeration, integer, Metadata, sql, text } from "../mod.ts";
import { literal, quote } from "../base/quote.ts";
import { cases } from "../../testing/cases.ts";
import { makeMigrations } from "../../testing/migrations.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { revision } from "./authoring.ts";
import { autogenerate } from "./autogenerate.ts";
import { downgrade, downgradeSql, upgrade, upgradeSql } from "./commands.ts";
import { schemaLines } from "./schema_lines.ts";

const database = testDatabase(import.meta.url);
/** Other ones in every run. After a change: `CASES=300 deno test -P lib/migrate/text_property_test.ts`. */
const CASES = cases(6);

/** What SQL, TypeScript, a formatter, an editor or a terminal may take for something else. */
const PIECES = [
  ..."'\"`\\$;:%_/*-#\t ,.()[]{}0",
  ..."\n\r\u2028\u2029\ufeff\u00a0\u001bäßÉ名🦸",
  ..."'' \"\" $$ $tag$ $1 ${x} ${ \\n \\\\ \r\n -- /* */ // null position user :name @set E'".split(" "),
  "\n\n  indented",
  " desc",
  " as b",
  "COMMIT;",
  "sql`",
  "await db",
];
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
  fc.string({ unit: "grapheme", maxLength: 3 }),
);
const someText = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join("").replaceAll("\0", ""))
  .filter((text) => text !== "");

/** Cuts a name off as the server does. */
function cut(name: string): string {
  const letters = [...name];
  while (new TextEncoder().encode(letters.join("")).length > 63) letters.pop();
  return letters.join("");
}
/** At most 63 bytes; one in five has as many. */
const someName = fc.tuple(someText, fc.nat(4)).map(([text, kind]) => cut(kind === 0 ? text.padEnd(63, "x") : text));
const columnName = someName.filter((name) => !["id", "mood", "moods", "generated"].includes(name));
const tableName = someName.map((name) => cut(name.replaceAll(".", "_")).trim()).filter((name) => name !== "");
/** Schemas that `Metadata` accepts. */
const schemaName = tableName.map((name) => name.replace(/[\p{Lu}\s]/gu, "_"))
  .filter((name) => !/^(pg_|main$|information_schema$)/.test(name));

const columnTexts = fc.record({ default: someText, check: someText, comment: someText });
const tableTexts = fc.record({
  comment: someText,
  check: someText,
  condition: someText,
  expression: someText,
  where: someText,
  generated: someText,
});
const table = fc.record({
  name: tableName,
  names: fc.uniqueArray(someName, { minLength: 6, maxLength: 6 }),
  columns: fc.uniqueArray(fc.tuple(columnName, columnTexts), { selector: ([name]) => name, maxLength: 2 }),
  texts: tableTexts,
});
const program = fc.record({
  schema: fc.option(schemaName, { nil: undefined }),
  mood: someName.map((name) => `~${[...name].slice(0, 12).join("")}`),
  values: fc.uniqueArray(someName, { minLength: 1, maxLength: 3 }),
  tables: fc.uniqueArray(table, { selector: ({ name }) => name, minLength: 1, maxLength: 2 }),
}).filter((program) => hasDistinctNames(program));
type Program = (typeof program) extends fc.Arbitrary<infer T> ? T : never;
type AnyColumn = Column<unknown, boolean, boolean, boolean>;

function hasDistinctNames({ mood, tables }: { mood: string; tables: { name: string; names: string[] }[] }): boolean {
  const names = [mood, ...tables.flatMap(({ name, names }) => [name, ...names])];
  return new Set(names).size === names.length;
}

/** The first program with the texts of the second, and the values of its enum in another order. */
function withTexts(one: Program, other: Program): Program {
  return {
    ...one,
    values: one.values.toReversed(),
    tables: one.tables.map((table, at) => {
      const { texts, columns } = other.tables[at % other.tables.length];
      return {
        ...table,
        texts,
        columns: table.columns.map(([name, old], at): [string, typeof old] => [name, columns[at]?.[1] ?? old]),
      };
    }),
  };
}

/** The first program with other texts, and the tables of the second. A table of the first would stay without a model. */
function withTables(one: Program, other: Program): Program {
  const tables = other.tables.map((table) => ({
    ...table,
    name: cut(`~${table.name}`).trim(),
    names: table.names.map((name) => cut(`~${name}`)),
  }));
  const changed = withTexts(one, other);
  return { ...changed, tables: [...changed.tables, ...tables] };
}

/** Two programs: the second differs in texts, and may have more tables. */
const pair = fc.tuple(program, program, fc.boolean()).map(([one, other, isAlike]) =>
  [one, isAlike ? withTexts(one, other) : withTables(one, other)] as const
).filter(([, after]) => hasDistinctNames(after));

function metadataOf({ schema, mood, values, tables }: Program): Metadata {
  const metadata = new Metadata();
  tables.forEach(({ name, names, columns, texts }, at) => {
    const last = `ARRAY[${literal(values.at(-1)!)}]::${quote(mood)}[]`;
    const made: Record<string, AnyColumn> = {
      id: integer().primaryKey(),
      mood: enumeration(mood, values).serverDefault(sql(literal(values[0]))),
      moods: array(enumeration(mood, values)).nullable().check(`moods <> ${last}`),
    };
    made.generated = text().generatedAs(sql(`id::text || ${literal(texts.generated)}`));
    columns.forEach(([name, { default: value, check, comment }], at) => {
      made[`c${at}`] = text().named(name).serverDefault(sql(literal(value))).comment(comment)
        .check(`${quote(name)} <> ${literal(check)}`);
    });
    const some = columns.length > 0 ? ["c0"] : [];
    const [one, other, excluded, check, key, unique] = names;
    const [expression, where] = [`(id::text || ${literal(texts.expression)})`, `id::text <> ${literal(texts.where)}`];
    metadata.add(`t${at}`, made, {
      named: name,
      schema,
      comment: texts.comment,
      primaryKey: { name: key },
      unique: [{ on: ["id", ...some, "mood"], name: unique }],
      checks: { [`~${check}`]: `${literal(texts.check)} <> id::text`, _: { name: check, sql: `NOT (${where})` } },
      constraints: { [excluded]: `EXCLUDE USING hash (id WITH =) WHERE (id::text = ${literal(texts.condition)})` },
      indexes: [
        { name: one, on: ["id", ...some, sql(expression)], where: sql(where) },
        { name: other, definition: `btree (${expression} text_pattern_ops, id DESC) WHERE ${where}` },
      ],
    });
  });
  return metadata;
}

/** Drops all schemas but those of the server, and makes a new one. */
async function startAfresh(engine: Engine): Promise<void> {
  await engine.begin(async (connection) => {
    const names = await connection.execute<{ name: string }>(
      "SELECT nspname::text AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$)'",
    );
    for (const name of names.scalars().all()) await connection.execute(`DROP SCHEMA ${quote(name)} CASCADE`);
    await connection.execute("CREATE SCHEMA main");
  });
}

database.test(`every text comes through everywhere, up and down, for ${CASES} pairs of random models`, async (url) => {
  const files = await Deno.makeTempDir({ prefix: "revisions-" });
  await Deno.mkdir(`${files}/versions`);
  await using engine = createEngine(`${url}?search_path=main`, { poolSize: 1, maxOverflow: 1 });
  let written = 0;
  const lines = () => engine.begin(schemaLines);
  const run = async (script: string) => {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await connection.execute(script);
  };
  await fc.assert(
    fc.asyncProperty(pair, async (programs) => {
      const wanted: string[][] = [];
      for (const metadata of programs.map(metadataOf)) {
        await startAfresh(engine);
        await engine.begin((connection) => metadata.createAll(connection));
        wanted.push(await lines());
      }
      await startAfresh(engine);
      await using folder = await makeMigrations();
      const { directory } = folder;
      const states = [await lines()];
      for (const [at, metadata] of programs.map(metadataOf).entries()) {
        const { path } = await revision(directory, { message: "change", autogenerate: engine, models: { metadata } });
        if (path === undefined) continue;
        await Deno.copyFile(path, `${files}/versions/${++written}.ts`); // as deep: it imports by a relative path
        await upgrade(engine, directory);
        assertEquals(await lines(), wanted[at], "as createAll()");
        assertEquals((await engine.begin((connection) => autogenerate(connection, metadata))).summary, [], "after up");
        states.push(await lines());
        await downgrade(engine, directory, "-1");
        assertEquals(await lines(), states.at(-2), "after down");
        await upgrade(engine, directory);
        assertEquals(await lines(), states.at(-1), "after up again");
      }
      await downgrade(engine, directory, "base");
      assertEquals(await lines(), states[0], "at base");
      await run(await upgradeSql(directory, "head"));
      assertEquals(await lines(), states.at(-1), "after the script");
      await run(await downgradeSql(directory, "head:base"));
      assertEquals(await lines(), states[0], "after the script down");
    }),
    { numRuns: CASES },
  );
  assert(written > CASES, `${written} revisions were written`);
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  for (const command of [["lint"], ["check", "--quiet"]]) { // the formatter counts columns of wide letters otherwise
    const args = [...command, "--config", config, files];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert(success, new TextDecoder().decode(stderr).slice(0, 3_000));
  }
  await Deno.remove(files, { recursive: true });
});
