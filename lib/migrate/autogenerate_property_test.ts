/**
 * Property of autogenerate for random models: from the tables of one program to those of another and back. The revision
 * is written to a file, loaded and run as any other.
 */
import { assert } from "@std/assert";
import { fileURLToPath } from "node:url";
import fc from "npm:fast-check@^4";
import {
  array,
  bigint,
  boolean,
  bytea,
  type Column,
  columnType,
  date,
  doublePrecision,
  enumeration,
  type ForeignKeyOptions,
  identity,
  integer,
  json,
  jsonb,
  Metadata,
  now,
  numeric,
  real,
  smallint,
  sql,
  text,
  time,
  timestamp,
  timestamptz,
  uuid,
  varchar,
} from "../mod.ts";
import type { COLUMN_TYPES } from "../values/types.ts";
import { cases } from "../../testing/cases.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { provePair } from "../../testing/schema_pair.ts";

const database = testDatabase(import.meta.url);
/** Other ones in every run. After a change: `CASES=500 deno test -P lib/migrate`. */
const CASES = cases(50); // even

type AnyColumn = Column<unknown, boolean, boolean>;

/** A type of the program's own. */
const point = columnType<string>({ sql: "point", oids: [600, 1017], decode: String, encode: String });

/** Types beside those of the library: other lengths, arrays, enums, a type of the program's own. */
type More = "precise" | "unlimited" | "moment" | "long" | "list" | "points" | "mood" | "point";
/** Each type, with a default for it; the compiler asks for those of a new one. */
const TYPES: Record<
  keyof typeof COLUMN_TYPES | More,
  { make: (moods: readonly string[]) => AnyColumn; default: string }
> = {
  smallint: { make: smallint, default: "7" },
  integer: { make: integer, default: "7" },
  bigint: { make: bigint, default: "7" },
  real: { make: real, default: "0.5" },
  doublePrecision: { make: doublePrecision, default: "0.5" },
  numeric: { make: () => numeric(10, 2), default: "1.50" },
  precise: { make: () => numeric(12, 4), default: "1.5" },
  text: { make: text, default: "'it''s'" },
  varchar: { make: () => varchar(20), default: "'`x${y}`'" },
  unlimited: { make: () => varchar(), default: "'a'" },
  moment: { make: () => timestamptz(3), default: "now()" },
  long: { make: () => varchar(200), default: "upper('a')" },
  boolean: { make: boolean, default: "true" },
  date: { make: date, default: "CURRENT_DATE" },
  time: { make: () => time(), default: "LOCALTIME" },
  timestamp: { make: () => timestamp(), default: "LOCALTIMESTAMP" },
  timestamptz: { make: () => timestamptz(), default: "now()" },
  uuid: { make: uuid, default: "gen_random_uuid()" },
  bytea: { make: bytea, default: "'\\x00'" },
  json: { make: json, default: "'{}'" },
  jsonb: { make: jsonb, default: "'{}'" },
  list: { make: () => array(text()), default: "'{a}'" },
  mood: { make: (moods) => enumeration("mood", moods), default: "'sad'" },
  point: { make: point, default: "'(1,2)'" },
  points: { make: () => array(point()), default: "'{}'" },
};
/** Types that have no operators to compare values. */
const INCOMPARABLE: readonly string[] = ["json", "point", "points"];
/** The values of the enum: from the first to the second one is added, from there to the third all change places. */
const MOODS = [["happy", "sad"], ["happy", "angry", "sad"], ["sad", "angry", "happy"]];

const columnSpec = fc.record({
  name: fc.constantFrom("a", "b", "c", "order"),
  type: fc.constantFrom(...Object.keys(TYPES) as (keyof typeof TYPES)[], "mood", "mood", "mood"),
  nullable: fc.boolean(),
  hasDefault: fc.boolean(),
  mark: fc.constantFrom("none", "none", "unique", "index", "check", "partial", "expression", "gin", "hash"),
  comment: fc.constantFrom(undefined, undefined, "what it's for", "other"),
});
const tableSpec = fc.record({
  name: fc.constantFrom("heroes", "toys", "teams"),
  key: fc.constantFrom("uuid", "identity", "composite"),
  comment: fc.constantFrom(undefined, undefined, "a table"),
  check: fc.constantFrom(undefined, "created_at > '2020-01-01'", "created_at > '2021-01-01'"),
  hasUnique: fc.boolean(),
  columns: fc.uniqueArray(columnSpec, { selector: ({ name }) => name, maxLength: 4 }),
  refersTo: fc.array(
    fc.record({
      table: fc.constantFrom("heroes", "toys", "teams"),
      onDelete: fc.constantFrom("cascade", "set null", undefined),
      onUpdate: fc.constantFrom("cascade", undefined),
    }),
    { maxLength: 2 },
  ),
});
const program = fc.record({
  moods: fc.constantFrom(...MOODS),
  tables: fc.uniqueArray(tableSpec, { selector: ({ name }) => name, maxLength: 3 }),
});
type Program = (typeof program) extends fc.Arbitrary<infer T> ? T : never;

/** The metadata of a program. */
function metadataOf({ moods, tables }: Program): Metadata {
  const metadata = new Metadata();
  const keys = new Map(tables.map(({ name, key }) => [name, key]));
  for (const { name, key, comment, check, hasUnique, columns, refersTo } of tables) {
    const made: Record<string, AnyColumn> = { id: key === "uuid" ? uuid().primaryKey() : identity().primaryKey() };
    if (key === "composite") made.part = integer().primaryKey();
    const indexes = [];
    for (const { name: column, type, nullable, hasDefault, mark, comment } of columns) {
      let each = TYPES[type].make(moods);
      if (nullable) each = each.nullable();
      if (hasDefault) each = each.serverDefault(sql(TYPES[type].default));
      if (comment !== undefined) each = each.comment(comment);
      const comparable = !INCOMPARABLE.includes(type);
      if (mark === "unique" && comparable) each = each.unique();
      if (mark === "index" && comparable) each = each.index();
      if (mark === "check") each = each.check(`"${column}" IS NOT NULL OR true`);
      const index = `ix_${name}_${column}_${mark}`;
      if (mark === "partial" && comparable) {
        indexes.push({ name: index, on: [column], unique: true, where: sql(`"${column}" IS NOT NULL`) });
      }
      if (mark === "expression" && (type === "text" || type === "long")) {
        indexes.push({ name: index, on: [sql(`lower("${column}")`), "id"] });
      }
      if (mark === "gin" && (type === "jsonb" || type === "list")) {
        indexes.push({ name: index, on: [column], using: "gin" });
      }
      if (mark === "hash" && comparable) indexes.push({ name: index, on: [column], using: "hash" });
      made[column] = each;
    }
    const foreignKeys = new Map<string, ForeignKeyOptions>();
    for (const { table, onDelete, onUpdate } of refersTo) {
      const other = keys.get(table);
      if (other === undefined) continue;
      if (other === "composite") {
        made[`${table}Id`] = integer().nullable() as AnyColumn;
        made[`${table}Part`] = integer().nullable() as AnyColumn;
        foreignKeys.set(table, { on: [`${table}Id`, `${table}Part`], references: table, onDelete, onUpdate });
        continue;
      }
      const type = other === "uuid" ? uuid() : integer();
      made[`${table}Id`] = type.nullable().references(`${table}.id`, { onDelete, onUpdate }) as AnyColumn;
    }
    metadata.add(name, { ...made, createdAt: timestamptz().serverDefault(now()) as AnyColumn }, {
      comment,
      indexes,
      checks: check === undefined ? {} : { recent: check },
      unique: hasUnique ? [["id", "createdAt"]] : [],
      foreignKeys: [...foreignKeys.values()],
    });
  }
  return metadata;
}

/** Whether an enum that both programs have only gains values: PostgreSQL cannot take them away again. */
function addsValue(before: Program, after: Program): boolean {
  const has = ({ tables }: Program) => tables.some(({ columns }) => columns.some(({ type }) => type === "mood"));
  return has(before) && has(after) && before.moods === MOODS[0] && after.moods === MOODS[1];
}

database.test(`up brings one schema to the other, down back, for ${CASES} pairs of random models`, async (url) => {
  const files = await Deno.makeTempDir({ prefix: "revisions-" });
  await Deno.mkdir(`${files}/versions`);
  let written = 0;
  const holds = () =>
    fc.assert(
      fc.asyncProperty(program, program, async (before, after) => {
        const [from, to] = [metadataOf(before), metadataOf(after)];
        const source = await provePair(url, from, to, addsValue(before, after));
        // as deep as a revision: it imports by a relative path
        if (source !== undefined) await Deno.writeTextFile(`${files}/versions/${++written}.ts`, source);
      }),
      { numRuns: CASES / 2 },
    );
  await Promise.all([holds(), holds()]); // while the server works for one the program works for the other
  assert(written > CASES / 2, `${written} revisions were written`);
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  await Promise.all([["fmt", "--check"], ["lint"], ["check", "--quiet"]].map(async (command) => {
    const args = [...command, "--config", config, files];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert(success, new TextDecoder().decode(stderr).slice(0, 3_000));
  }));
  await Deno.remove(files, { recursive: true });
});
