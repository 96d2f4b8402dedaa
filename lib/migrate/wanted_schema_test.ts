/** How the schema of the models is read: the server spells only what the database does not have in the same words. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  boolean,
  type Column,
  DatabaseError,
  type Engine,
  enumeration,
  identity,
  integer,
  Metadata,
  now,
  numeric,
  serial,
  sql,
  sqlType,
  text,
  timestamptz,
  uuid,
  varchar,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { scratch } from "../../testing/migrations.ts";
import { autogenerate } from "./autogenerate.ts";

const database = testDatabase(import.meta.url);

type Columns = Record<string, Column<unknown, boolean, boolean>>;

/** Heroes with a team, both with keys, checks, indexes, comments and defaults as the server spells them. */
function models(more: Columns = {}, options: Parameters<Metadata["add"]>[2] = {}): Metadata {
  const metadata = new Metadata();
  metadata.add("teams", { id: identity().primaryKey(), name: varchar(50).unique().comment("unique") });
  metadata.add("heroes", {
    id: uuid().primaryKey().serverDefault(sql("gen_random_uuid()")),
    teamId: integer().nullable().references("teams.id", { onDelete: "cascade" }).index(),
    name: text().serverDefault(sql("'it''s'")),
    mood: enumeration("mood", ["happy", "sad"]).serverDefault(sql("'sad'")),
    price: numeric(10, 2).check("price > 0::numeric"),
    isActive: boolean().serverDefault(sql("true")),
    madeAt: timestamptz().serverDefault(now()),
    ...more,
  }, {
    comment: "who they are",
    unique: [["name", "teamId"]],
    indexes: [{ on: ["name"], where: sql("is_active") }, { name: "ix_lower", on: [sql("lower(name)")] }],
    ...options,
  });
  metadata.add("alone", { id: integer().primaryKey() });
  return metadata;
}

/** What autogenerate finds, and the tables that it creates in the scratch schema. */
async function found(engine: Engine, metadata: Metadata): Promise<{ summary: readonly string[]; created: string[] }> {
  const created: string[] = [];
  const stop = engine.events.on(
    "send",
    ({ sql }) => void created.push(...[...sql.matchAll(/CREATE TABLE (\w+|"[^"]*")/g)].map(([, name]) => name)),
  );
  await using connection = await engine.connect();
  const { summary } = await autogenerate(connection, metadata);
  stop();
  return { summary, created };
}

database.test("a table that the database has in the words of the model is not created once more", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => models().createAll(connection));
  assertEquals(await found(engine, models()), { summary: [], created: [] });
});

/** A table with what only SQL says, and what is seldom said. */
function odd(name: { index?: string; constraint?: string; generated?: string; check?: string } = {}): Metadata {
  const metadata = new Metadata();
  metadata.add("rooms", {
    id: serial().primaryKey(),
    number: identity({ always: true }).unique({ deferrable: true }),
    title: text().collate("C"),
    short: text().generatedAs(sql(name.generated ?? "lower(title)")),
    during: sqlType("int4range"),
    country: sqlType("char(2)").serverDefault(sql("'DE'")),
  }, {
    named: "Rooms of a house",
    indexes: [{ name: "ix_title", definition: name.index ?? "btree (title DESC NULLS LAST) INCLUDE (id)" }],
    constraints: {
      apart: name.constraint ?? "EXCLUDE USING gist (during WITH &&)",
      positive: "CHECK ((id > 0)) NO INHERIT",
      small: name.check ?? "CHECK (id < 1000000)",
    },
  });
  return metadata;
}

database.test("a table with keys and columns in SQL is not created once more, unless its SQL is another", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => odd().createAll(connection));
  assertEquals(await found(engine, odd()), { summary: [], created: [] });
  for (
    const [other, summary] of [
      [odd({ index: "btree (title DESC)" }), ["drop index", "create index"]],
      [odd({ constraint: "EXCLUDE USING gist (during WITH =)" }), ["drop constraint", "add constraint"]],
      [odd({ check: "CHECK (id < 100)" }), ["drop check", "add check"]],
      [odd({ check: "CHECK ((id < 1000000))" }), []],
      [odd({ generated: "upper(title)" }), ["drop column", "add column"]],
      [odd({ index: "btree ( title DESC NULLS LAST ) INCLUDE ( id )" }), []],
    ] as const
  ) {
    const { summary: lines, created } = await found(engine, other);
    assertEquals([lines.map((line) => line.split(" ").slice(0, 2).join(" ")), created.length], [[...summary], 1]);
  }
});

/** Changes of the model of heroes: what is found. */
const CHANGES: Record<string, [metadata: Metadata, summary: string[]]> = {
  "another spelling": [models({ isActive: boolean().serverDefault(sql("'t'::boolean")) }), []],
  "nullability": [models({ isActive: boolean().nullable().serverDefault(sql("true")) }), [
    "drop not null on heroes.is_active",
  ]],
  "a default": [models({ name: text().serverDefault(sql("'it'")) }), [
    "change default of heroes.name from 'it''s'::text to 'it'::text",
  ]],
  "a comment": [models({}, { comment: "others" }), ["change comment of heroes"]],
  "an index": [models({}, { indexes: [{ name: "ix_lower", on: [sql("lower(name)")] }] }), [
    "drop index ix_heroes_name of heroes",
  ]],
};
for (const [kind, [metadata, summary]] of Object.entries(CHANGES)) {
  database.test(`${kind}: the server spells the table, and those to which it refers`, async (url) => {
    const { engine } = await scratch(url);
    await using _engine = engine;
    await engine.begin((connection) => models().createAll(connection));
    assertEquals(await found(engine, metadata), { summary, created: ["teams", "heroes"] });
  });
}

database.test("all tables are created in one round trip; if one fails, the error names its statement", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const sent: string[] = [];
  engine.events.on("send", ({ sql }) => void sent.push(sql));
  await using connection = await engine.connect();
  await autogenerate(connection, models());
  assertEquals(sent.filter((sql) => /CREATE (TABLE|TYPE|INDEX)/.test(sql)).length, 1);
  const wrong = models({ part: text().check("part > 0") });
  const error = await assertRejects(() => autogenerate(connection, wrong), DatabaseError, "operator does not exist");
  assertEquals(/^\s*CREATE TABLE (\w+)/.exec(error.sql ?? "")?.[1], "heroes");
});

database.test("SQL that ends with a comment is run like any other", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const { summary } = await found(engine, models({ part: integer().check("part > 0 -- or more\n") }));
  assertEquals(summary.length, 4);
});

database.test("SQL in the words of the database is the same, though the server spells it anew each time", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const make = (columns: Columns, options: Parameters<Metadata["add"]>[2]) => {
    const metadata = new Metadata();
    metadata.add("toys", { id: integer().primaryKey(), ...columns }, options);
    return metadata;
  };
  const kinds = "kind IN ('car', 'doll')"; // of a varchar: pg_get_expr() prints casts, which it prints in another way
  const hand = make({ kind: varchar(9).check(kinds), other: varchar(9) }, {
    indexes: [{ name: "ix", on: [sql("coalesce(kind, other)")], where: sql(kinds) }],
    constraints: { listed: `CHECK (${kinds})` },
  });
  await engine.begin((connection) => hand.createAll(connection));
  assertEquals((await found(engine, hand)).summary, []);
  const { rows: [{ check, where }] } = await engine.begin(async (connection) => ({
    rows: (await connection.execute<{ check: string; where: string }>(
      `SELECT pg_get_expr(conbin, conrelid, true) AS check, pg_get_expr(indpred, indrelid, true) AS where
         FROM pg_constraint JOIN pg_index ON indrelid = conrelid AND indpred IS NOT NULL WHERE conname = 'listed'`,
    )).all(),
  }));
  const read = (more: Columns) =>
    make({ kind: varchar(9).check(check), other: varchar(9), ...more }, {
      indexes: [{ name: "ix", on: [sql("COALESCE(kind, other)")], where: sql(where) }],
      constraints: { listed: `CHECK (${check})` },
    });
  assertEquals((await found(engine, read({}))).summary, []);
  assertEquals((await found(engine, read({ price: integer() }))).summary, ["add column toys.price (integer)"]);
});
