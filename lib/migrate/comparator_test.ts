/** Comparators of views, extended statistics, functions, triggers and policies, as a program writes them. */
import { assertEquals, assertRejects } from "@std/assert";
import { proveRevision } from "../../testing/generated_revision.ts";
import { makeMigrations, ownLines, scratch } from "../../testing/migrations.ts";
import { testDatabase } from "../../testing/test_database.ts";
import {
  bigint,
  type Column,
  type Comparator,
  enumeration,
  integer,
  type LiveObject,
  Metadata,
  MissingObjectError,
  sql,
  text,
} from "../mod.ts";
import { revision } from "./authoring.ts";
import { autogenerate } from "./autogenerate.ts";
import { check } from "./check.ts";
import { downgrade, upgrade } from "./commands.ts";

const database = testDatabase(import.meta.url);

/** Views, of which a program names those that it wants. */
const views = (wanted: Record<string, string>, dropsUnknown = false): Comparator => ({
  kind: "view",
  wanted,
  dropsUnknown,
  live: async (connection, schema) =>
    (await connection.execute<LiveObject>(
      `SELECT relname::text AS name, format('CREATE VIEW %I AS %s', relname, pg_get_viewdef(oid)) AS create,
              format('DROP VIEW %I', relname) AS drop
         FROM pg_class WHERE relkind = 'v' AND relnamespace = $1::regnamespace ORDER BY relname`,
      [schema],
    )).all(),
});

/** Extended statistics. */
const statistics = (wanted: Record<string, string>): Comparator => ({
  kind: "statistics",
  wanted,
  live: async (connection, schema) =>
    (await connection.execute<LiveObject>(
      `SELECT stxname::text AS name, pg_get_statisticsobjdef(oid) AS create, format('DROP STATISTICS %I', stxname) AS drop,
              pg_describe_object('pg_statistic_ext'::regclass, oid, 0) AS description
         FROM pg_statistic_ext WHERE stxnamespace = $1::regnamespace ORDER BY stxname`,
      [schema],
    )).all(),
});

const triggers = (wanted: Record<string, string>): Comparator => ({
  kind: "trigger",
  wanted,
  live: async (connection, schema) =>
    (await connection.execute<LiveObject>(
      `SELECT format('%s.%s', relname, tgname) AS name, pg_get_triggerdef(t.oid) AS create,
              format('DROP TRIGGER %I ON %I', tgname, relname) AS drop,
              pg_describe_object('pg_trigger'::regclass, t.oid, 0) AS description
         FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = $1::regnamespace ORDER BY 1`,
      [schema],
    )).all(),
});

const functions = (wanted: Record<string, string>): Comparator => ({
  kind: "function",
  wanted,
  live: async (connection, schema) =>
    (await connection.execute<LiveObject>(
      `SELECT oid::regprocedure::text AS name, pg_get_functiondef(oid) AS create,
              format('DROP FUNCTION %s', oid::regprocedure) AS drop
         FROM pg_proc WHERE prokind = 'f' AND pronamespace = $1::regnamespace ORDER BY 1`,
      [schema],
    )).all(),
});

type Columns = Record<string, Column<unknown, boolean, boolean>>;

const TABLE = "CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, n integer NOT NULL, name text NOT NULL);";
const whole: Columns = { id: integer().primaryKey(), n: integer(), name: text() };

function models(columns: Columns, ...comparators: Comparator[]) {
  const metadata = new Metadata();
  metadata.add("a", columns);
  return { metadata, comparators };
}

const V = "CREATE VIEW v AS SELECT id, n FROM a WHERE n > '0'";
const S = "CREATE STATISTICS s (ndistinct) ON n, name FROM a";

database.test("a view and extended statistics are created, taken back, and found to be the same", async (url) => {
  const { found, after } = await proveRevision(url, TABLE, models(whole, views({ v: V }), statistics({ s: S })));
  assertEquals(found.summary, ["create view v", "create statistics s"]);
  assertEquals(found.unmodelled, []);
  assertEquals(after.filter((line) => /view|STATISTICS/.test(line)).length, 2);
  const same = await proveRevision(url, `${TABLE} ${V}; ${S};`, models(whole, views({ v: V }), statistics({ s: S })));
  assertEquals([same.found.summary, same.found.unmodelled, same.before], [[], [], after]);
});

database.test("tables and columns of the same revision are there before the objects", async (url) => {
  const metadata = new Metadata();
  metadata.add("a", { ...whole, age: integer().nullable() });
  metadata.add("b", { id: integer().primaryKey() });
  const comparators = [views({ w: "CREATE VIEW w AS SELECT age FROM a, b", x: "CREATE VIEW x AS TABLE w" })];
  const { found } = await proveRevision(url, TABLE, { metadata, comparators });
  assertEquals(found.summary, ["create table b", "add column a.age (integer)", "create view w", "create view x"]);
});

database.test("a changed view is dropped and created again, with the view on it", async (url) => {
  const before = `${TABLE} ${V}; CREATE VIEW w AS SELECT n FROM v;`;
  const wanted = { v: V.replace("'0'", "1"), w: "CREATE VIEW w AS SELECT n FROM v" };
  const { found } = await proveRevision(url, before, models(whole, views(wanted)));
  assertEquals(found.summary, ["drop view w", "drop view v", "create view v", "create view w"]);
});

database.test("objects stand no longer in the way of the column, key or table below them", async (url) => {
  const V = "CREATE VIEW v AS SELECT id, n FROM a"; // in the same words on the changed table
  const before = `${TABLE} ${V}; ${S}; CREATE VIEW w AS SELECT n FROM v;`;
  const [w, s] = [{ w: "CREATE VIEW w AS SELECT n FROM v" }, statistics({ s: S })];
  const retyped = await proveRevision(url, before, models({ ...whole, n: bigint() }, views({ v: V, ...w }), s));
  assertEquals(retyped.found.unresolved, []);
  assertEquals(retyped.found.summary, [
    "drop statistics s",
    "drop view w",
    "drop view v",
    "change type of a.n from integer to bigint",
    "create view v",
    "create view w",
    "create statistics s",
  ]);
  const { n: _, ...rest } = whole;
  const wanted = views({ v: "CREATE VIEW v AS SELECT id FROM a" }, true);
  const dropped = await proveRevision(url, `${TABLE} ${V}; CREATE VIEW w AS SELECT n FROM v;`, models(rest, wanted));
  assertEquals(dropped.found.summary, ["drop view w", "drop view v", "drop column a.n (integer)", "create view v"]);
  const more =
    "CREATE TABLE b (id integer CONSTRAINT pk_b PRIMARY KEY, t text); CREATE VIEW u AS SELECT t FROM b GROUP BY id;";
  const table = await proveRevision(url, TABLE + more, models(whole, views({}, true)));
  assertEquals(table.found.summary, ["drop view u", "drop table b"]);
});

database.test("a view with rows of a table is replaced around what the server then refuses", async (url) => {
  const v = "CREATE VIEW v AS SELECT a FROM a";
  const count = "CREATE VIEW count AS SELECT count(*) FROM a";
  const columns = { ...whole, n: bigint(), age: integer().serverDefault(sql("1")) };
  const { found } = await proveRevision(url, `${TABLE} ${v}; ${count};`, models(columns, views({ v, count })));
  assertEquals(found.summary, [
    "drop view v",
    "change type of a.n from integer to bigint",
    "add column a.age (integer)",
    "create view v",
  ]);
  const added = await proveRevision(url, `${TABLE} ${v};`, models({ ...whole, age: columns.age }, views({ v })));
  assertEquals(added.found.summary, ["drop view v", "add column a.age (integer)", "create view v"]);
});

database.test("a view that is not wanted is ignored, and stands in the way; dropsUnknown drops it", async (url) => {
  const before = `${TABLE} ${V};`;
  const ignored = await proveRevision(url, before, models({ ...whole, n: bigint() }, views({})));
  assertEquals(ignored.found.summary, []);
  assertEquals(ignored.found.unmodelled, [{ kind: "view", name: "v" }]);
  assertEquals(ignored.found.unresolved.length, 1);
  const dropped = await proveRevision(url, before, models({ ...whole, n: bigint() }, views({}, true)));
  assertEquals(dropped.found.summary, ["drop view v", "change type of a.n from integer to bigint"]);
});

database.test("an object on which another one depends that no comparator knows stays, with a note", async (url) => {
  const before = `${TABLE} ${V}; CREATE MATERIALIZED VIEW m AS SELECT n FROM v;`;
  const { found } = await proveRevision(url, before, models({ ...whole, n: bigint() }, views({ v: V })));
  assertEquals(found.summary, []);
  assertEquals(found.unresolved, [
    "The type of a.n stays integer and does not become bigint: view v depends on it. " +
    "Write a revision that drops that, changes the type, and creates it again.",
    "The view v stays as it is, although it is to change: materialized view m depends on it. Drop that first.",
  ]);
  const { metadata, comparators } = models(whole, views({ v: V.replace("'0'", "1") }));
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => connection.execute(before));
  const changed = await engine.begin((connection) => autogenerate(connection, metadata, { comparators }));
  assertEquals([changed.summary, changed.unresolved], [[], [
    "The view v stays as it is, although it is to change: materialized view m depends on it. Drop that first.",
  ]]);
});

database.test("a view that the server would spell otherwise on a column that stays is not replaced", async (url) => {
  const before = `${TABLE} ${V}; CREATE VIEW u AS SELECT n FROM a;`;
  const { found } = await proveRevision(url, before, models({ ...whole, n: bigint() }, views({ v: V })));
  assertEquals([found.summary, found.unresolved.slice(1)], [[], [
    "The view v stays as it is, although it is to change: so does the column a.n, on which it stands.",
  ]]);
});

database.test("functions and triggers: a table with a trigger is like any other", async (url) => {
  const body = (value: string) =>
    `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.n := ${value};\nRETURN NEW; END$$`;
  const trigger = (table: string) => `CREATE TRIGGER t BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION touch()`;
  const before = `${TABLE} CREATE TABLE b (id integer CONSTRAINT pk_b PRIMARY KEY, n integer);
    ${body("1")}; ${trigger("a")}; ${trigger("b")};`;
  const both = [functions({ "touch()": body("2") }), { ...triggers({ "a.t": trigger("a") }), dropsUnknown: true }];
  const { found } = await proveRevision(url, before, models(whole, ...both));
  assertEquals(found.summary, [
    "drop trigger b.t",
    "drop trigger a.t",
    "drop function touch()",
    "drop table b",
    "create function touch()",
    "create trigger a.t",
  ]);
});

database.test("a renamed table: its view is dropped by the old name and created on the new one", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  await engine.begin((connection) => connection.execute(`${TABLE} ${V};`));
  const before = await ownLines(engine);
  const metadata = new Metadata();
  metadata.add("b", { ...whole, n: bigint() }, { primaryKey: { name: "pk_a" } });
  const models = { metadata, comparators: [views({ v: V.replace("FROM a", "FROM b") })] };
  const request = { message: "rename", autogenerate: engine, renames: { a: "b" }, models };
  const { comparison } = await revision(folder.directory, request);
  assertEquals(comparison!.summary, [
    "drop view v",
    "rename table a to b",
    "change type of b.n from integer to bigint",
    "create view v",
  ]);
  await upgrade(engine, folder.directory);
  assertEquals((await check(engine, folder.directory, models)).isClean, true);
  await downgrade(engine, folder.directory, "base");
  assertEquals(await ownLines(engine), before);
});

database.test("env.ts exports comparators; check finds what differs", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  const { metadata, comparators } = models(whole, views({ v: V }));
  await engine.begin((connection) => connection.execute(TABLE));
  assertEquals((await check(engine, folder.directory, { metadata, comparators })).differences, ["create view v"]);
  const lib = (file: string) => new URL(`../${file}`, import.meta.url).href;
  await folder.write(
    "env.ts",
    `import { integer, Metadata, text } from "${lib("mod.ts")}";
export const metadata = new Metadata();
metadata.add("a", { id: integer().primaryKey(), n: integer(), name: text() });
export const comparators = [{
  kind: "view",
  wanted: { v: "CREATE VIEW v AS SELECT id FROM a" },
  async live(connection: any, schema: string) {
    return (await connection.execute(\`SELECT viewname AS name, definition AS create, 'DROP VIEW ' || viewname AS drop
      FROM pg_views WHERE schemaname = $1\`, [schema])).all();
  },
}];`,
  );
  assertEquals((await check(engine, folder.directory)).differences, ["create view v"]);
});

database.test("a view on an enum that loses or gains a value", async (url) => {
  const mood = (...values: [string, ...string[]]) => ({
    id: integer().primaryKey(),
    mood: enumeration("mood", values),
  });
  const before = `CREATE TYPE mood AS ENUM ('sad', 'so', 'glad');
    CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, mood mood NOT NULL); CREATE VIEW v AS SELECT mood FROM a;
    CREATE FUNCTION f(mood) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';`;
  const f = functions({
    "f(mood)": "CREATE FUNCTION f(mood) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text'",
  });
  const v = "CREATE VIEW v AS SELECT mood FROM a";
  const lost = await proveRevision(url, before, models(mood("sad", "glad"), views({ v }), f));
  assertEquals(lost.found.summary.filter((line) => / view | function /.test(line)), [
    "drop function f(mood)",
    "drop view v",
    "create view v",
    "create function f(mood)",
  ]);
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => connection.execute(before));
  const { metadata, comparators } = models(mood("sad", "so", "glad", "mad"), views({ v: `${v} WHERE mood <> 'mad'` }));
  const found = await engine.begin((connection) => autogenerate(connection, metadata, { comparators }));
  assertEquals(found.summary, ["add value mad to enum mood"]);
  assertEquals(found.postponed, ["drop view v", "create view v"]);
});

database.test("privileges, and materialized views with their indexes, which keep each other's order", async (url) => {
  const grants: Comparator = {
    kind: "grant",
    wanted: { "m to public": "GRANT SELECT ON m TO public" },
    live: async (connection, schema) =>
      (await connection.execute<LiveObject>(
        `SELECT relname || ' to public' AS name, format('GRANT SELECT ON %I TO public', relname) AS create,
                format('REVOKE SELECT ON %I FROM public', relname) AS drop
           FROM pg_class, aclexplode(relacl) WHERE grantee = 0 AND relnamespace = $1::regnamespace`,
        [schema],
      )).all(),
  };
  const materialized = (
    kind: string,
    relkind: string,
    definition: string,
    wanted: Record<string, string>,
  ): Comparator => ({
    kind,
    wanted,
    live: async (connection, schema) =>
      (await connection.execute<LiveObject>(
        `SELECT relname::text AS name, ${definition} AS create, format('DROP ${kind} %I', relname) AS drop
           FROM pg_class WHERE relkind = '${relkind}' AND relnamespace = $1::regnamespace`,
        [schema],
      )).all(),
  });
  const m = "format('CREATE MATERIALIZED VIEW %I AS %s', relname, pg_get_viewdef(oid))";
  const all = (n: string) => [
    materialized("materialized view", "m", m, { m: `CREATE MATERIALIZED VIEW m AS SELECT n FROM a WHERE n > ${n}` }),
    materialized("index", "i", "pg_get_indexdef(oid)", { m_n: "CREATE INDEX m_n ON m (n)" }),
    grants,
  ];
  const { found } = await proveRevision(url, TABLE, models(whole, ...all("0")));
  assertEquals(found.summary, ["create materialized view m", "create index m_n", "create grant m to public"]);
});

database.test("views on tables of other schemas, which are there, change, or are yet to be created", async (url) => {
  const trade = (columns: Columns) => {
    const metadata = new Metadata();
    metadata.add("a", whole);
    metadata.add("shops", { id: integer().primaryKey(), ...columns }, { schema });
    return metadata;
  };
  const schema = `trade_${crypto.randomUUID().slice(0, 8)}`;
  const view = (
    columns: string,
  ) => [views({ v: `CREATE VIEW v AS SELECT ${columns} FROM ${schema}.shops AS shop, a` })];
  const first = await proveRevision(url, TABLE, { metadata: trade({}), comparators: view("shop.id") });
  assertEquals(first.found.summary, [`create schema ${schema}`, `create table ${schema}.shops`, "create view v"]);
  const there = `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.shops (id integer CONSTRAINT pk_shops PRIMARY KEY);
    CREATE TABLE ${schema}.other (n integer);`;
  const added = await proveRevision(url, TABLE + there, {
    metadata: trade({ city: text().nullable() }),
    comparators: view("city"),
    includeObject: ({ name }) => name !== "other",
  });
  assertEquals(added.found.summary, [`add column ${schema}.shops.city (text)`, "create view v"]);
});

database.test("an object that its comparator does not list is an error that says so", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => connection.execute(TABLE));
  const { metadata, comparators } = models(whole, views({ v: `CREATE VIEW ${schema}.v AS SELECT id FROM a` }));
  await assertRejects(
    () => engine.begin((connection) => autogenerate(connection, metadata, { comparators })),
    MissingObjectError,
    'The comparator of kind "view" does not list v after the statement for it ran in the scratch schema.',
  );
});
