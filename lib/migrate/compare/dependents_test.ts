/** A change that the server would refuse, or that takes along what it does not name, is not generated but explained. */
import { assertEquals, assertMatch } from "@std/assert";
import { bigint, type Column, enumeration, identity, integer, Metadata, sql, text, uuid } from "../../mod.ts";
import { createEngine } from "../../engine/engine.ts";
import { check } from "../check.ts";
import { makeMigrations, scratch } from "../../../testing/migrations.ts";
import { proveRevision } from "../../../testing/generated_revision.ts";
import { unmodelledLine } from "../database_schema.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

type Columns = Record<string, Column<unknown, boolean, boolean>>;

/** The table that everything below depends on. */
const TABLE = `CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, n integer NOT NULL, name text NOT NULL);`;
const whole: Columns = { id: integer().primaryKey(), n: integer(), name: text() };
const TRIGGER = `CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER watch BEFORE UPDATE`;

function models(columns: Columns | undefined, options: Parameters<Metadata["add"]>[2] = {}) {
  const metadata = new Metadata();
  if (columns) metadata.add("a", columns, options);
  return { metadata };
}
const without = (...names: string[]) =>
  models(Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name))));

/** What depends on the column `n`: its statements, and its name in the server's words. */
const ON_COLUMN: Record<string, [statements: string, name: string]> = {
  "a view": ["CREATE VIEW v AS SELECT n FROM a", "view v"],
  "a materialized view": ["CREATE MATERIALIZED VIEW m AS SELECT n FROM a", "materialized view m"],
  "a rule": [
    "CREATE TABLE log (id integer); CREATE RULE r AS ON DELETE TO log DO ALSO DELETE FROM a WHERE n = 1",
    "rule r on table log",
  ],
  "a generated column": [
    "ALTER TABLE a ADD twice integer GENERATED ALWAYS AS (n * 2) STORED",
    "generated column twice of table a",
  ],
  "a policy": ["CREATE POLICY own ON a USING (n > 1)", "policy own on table a"],
  "a policy of another table": [
    "CREATE TABLE b (id integer); CREATE POLICY own ON b USING (id IN (SELECT n FROM a))",
    "policy own on table b",
  ],
  "UPDATE OF in a trigger": [
    `${TRIGGER} OF n ON a FOR EACH ROW EXECUTE FUNCTION nothing()`,
    "trigger watch on table a",
  ],
  "WHEN in a trigger": [
    `${TRIGGER} ON a FOR EACH ROW WHEN (old.n > 1) EXECUTE FUNCTION nothing()`,
    "trigger watch on table a",
  ],
  "the body of a function": [
    "CREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(n) FROM a; END",
    "function total()",
  ],
};

const IGNORED = { b: "b", log: "log" };
const includeObject = ({ name, table }: { name: string; table?: string }) => !((table ?? name) in IGNORED);

for (const [kind, [statements, name]] of Object.entries(ON_COLUMN)) {
  database.test(`${kind} prevents that its column is dropped or gets another type`, async (url) => {
    const dropped = await proveRevision(url, TABLE + statements, { ...without("n"), includeObject });
    assertEquals(dropped.found.summary, []);
    assertEquals(dropped.found.notes, [
      `a.n stays, although the models do not have it: ${name} depends on it. ` +
      "Drop that first, or add the column to the models.",
    ]);
    const retyped = await proveRevision(url, TABLE + statements, {
      ...models({ ...whole, n: bigint() }),
      includeObject,
    });
    assertEquals(retyped.found.summary, []);
    assertEquals(retyped.found.notes, [
      `The type of a.n stays integer and does not become bigint: ${name} depends on it. ` +
      "Write a revision that drops that, changes the type, and creates it again.",
    ]);
  });
}

database.test("a publication's list prevents that its column is dropped or gets another type [PostgreSQL 15]", async (url) => {
  if (await serverVersion(url) < 150_000) return;
  const statements = `${TABLE} CREATE PUBLICATION pub_%s FOR TABLE a (id, n)`;
  for (const project of [without("n"), models({ ...whole, n: bigint() })]) {
    const { found } = await proveRevision(url, statements, project);
    assertEquals(found.summary, []);
    assertMatch(
      found.notes.join("\n"),
      /a\.n stays.*: publication of table a in publication pub_s_\w+ depends on it\./,
    );
  }
});

/** What would vanish with the column `n`. */
const LOST: Record<string, [statements: string, name: string]> = {
  "an exclusion constraint": [
    "ALTER TABLE a ADD CONSTRAINT apart EXCLUDE USING gist (int4range(0, n) WITH &&)",
    "constraint apart",
  ],
  "the condition of an exclusion constraint": [
    "ALTER TABLE a ADD CONSTRAINT apart EXCLUDE USING gist (int4range(0, id) WITH &&) WHERE (n > 1)",
    "constraint apart",
  ],
  "extended statistics": ["CREATE STATISTICS %s.together ON n, name FROM a", "statistics object together"],
  "a composite key with an included column": [
    "ALTER TABLE a ADD CONSTRAINT included UNIQUE (name) INCLUDE (n)",
    "constraint included",
  ],
  "a condition of an index with DESC": ["CREATE INDEX sorted ON a (id DESC) WHERE n > 1", "index sorted"],
};

for (const [kind, [statements, name]] of Object.entries(LOST)) {
  database.test(`a column is not dropped while ${kind} would vanish with it`, async (url) => {
    const { found, after, before } = await proveRevision(url, TABLE + statements, without("n", "name"));
    const kept = statements.includes("name") ? ["n", "name"] : ["n"];
    assertEquals(found.summary, ["drop column a.name (text)"].slice(kept.length - 1));
    assertEquals(
      found.notes,
      kept.map((column) =>
        `a.${column} stays, although the models do not have it: ${name} depends on it. ` +
        "Drop that first, or add the column to the models."
      ),
    );
    assertEquals(after.length, before.length - found.summary.length);
  });
}

/** What depends on the table `a`. */
const ON_TABLE: Record<string, [statements: string, name: string]> = {
  ...ON_COLUMN,
  "extended statistics": ["CREATE STATISTICS %s.together ON n, name FROM a", "statistics object together"],
  "a publication": ["CREATE PUBLICATION pub_%s FOR TABLE a", "publication of table a in publication pub_"],
  "a column of its row type": ["CREATE TABLE b (id integer, row_of_a a)", "column row_of_a of table b"],
  "a column of an array of its row type": ["CREATE TABLE b (id integer, rows a[])", "column rows of table b"],
  "a function that takes its rows": [
    "CREATE FUNCTION title(a) RETURNS text LANGUAGE sql AS 'SELECT $1.name'",
    "function title(a)",
  ],
  "a default of another table that takes numbers from its sequence": [
    `ALTER TABLE a ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;
     CREATE TABLE b (id integer DEFAULT nextval('a_id_seq'))`,
    "default value for column id of table b",
  ],
  "a foreign key of a schema that is not looked at": [
    "CREATE SCHEMA %s_other; CREATE TABLE %s_other.c (a_id integer CONSTRAINT to_a REFERENCES a)",
    "constraint to_a on table ",
  ],
};

for (const [kind, [statements, name]] of Object.entries(ON_TABLE)) {
  database.test(`a table is not dropped while ${kind} depends on it`, async (url) => {
    const { found } = await proveRevision(url, TABLE + statements, { ...models(undefined), includeObject });
    assertEquals(found.summary, []);
    const line = found.unmodelled.map(unmodelledLine).find((line) =>
      line.startsWith("table a: not in the models, and ")
    );
    assertMatch(
      line!,
      new RegExp(name.replace(/.* on table a$|^generated column (\w+).*/, "has the .*|$1").replace(/[()]/g, "\\$&")),
    );
  });
}

database.test("a row type in use prevents other types and new columns with a default, but no plain new column", async (url) => {
  const statements = `${TABLE} CREATE TABLE b (id integer, row_of_a a)`;
  const project = models({
    ...whole,
    n: bigint(),
    made: integer().serverDefault(sql("1")).index(),
    plain: integer().nullable(),
  });
  const { found } = await proveRevision(url, statements, { ...project, includeObject });
  assertEquals(found.summary, ["add column a.plain (integer)"]);
  assertEquals(found.notes.map((line) => line.split(". ")[0]), [
    "The type of a.n stays integer and does not become bigint: column row_of_a of table b depends on it",
    "a.made is not added: column row_of_a of table b has the row type of the table, which then takes no new column with a default",
  ]);
});

database.test("an identity stays while another default takes numbers from its sequence", async (url) => {
  const statements = `CREATE TABLE a (id integer GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_a PRIMARY KEY);
    CREATE TABLE b (id integer DEFAULT nextval('a_id_seq'))`;
  const { found } = await proveRevision(url, statements, { ...models({ id: integer().primaryKey() }), includeObject });
  assertEquals(found.summary, []);
  assertEquals(found.notes, [
    "a.id stays an identity column: default value for column id of table b depends on it. Change the default first.",
  ]);
  const kept = await proveRevision(url, statements, { ...models({ id: identity().primaryKey() }), includeObject });
  assertEquals(kept.found.notes, []);
});

/** What refers to the primary key or a unique key of `a` and stays. */
const ON_KEY: Record<string, [statements: string, name: RegExp]> = {
  "a foreign key of a schema that is not looked at": [
    "CREATE SCHEMA %s_other; CREATE TABLE %s_other.c (n integer CONSTRAINT to_a REFERENCES a (n))",
    /constraint to_a on table s_\w+_other\.c/,
  ],
  "a foreign key of a table that is left out": [
    "CREATE TABLE b (n integer CONSTRAINT to_a REFERENCES a (n))",
    /foreign key to_a of b/,
  ],
  "a foreign key of a partitioned table": [
    "CREATE TABLE p (n integer CONSTRAINT to_a REFERENCES a (n)) PARTITION BY LIST (n)",
    /constraint to_a on table p/,
  ],
};

for (const [kind, [statements, name]] of Object.entries(ON_KEY)) {
  database.test(`a key is not dropped while ${kind} refers to it, nor its column`, async (url) => {
    const unique = `${TABLE} ALTER TABLE a ADD CONSTRAINT uq_a_n UNIQUE (n);`;
    const key = await proveRevision(url, unique + statements, { ...models(whole), includeObject });
    assertEquals(key.found.summary, []);
    assertMatch(key.found.notes.join("\n"), /^a keeps uq_a_n, although the models do not have it so: .* depends on it/);
    assertMatch(key.found.notes.join("\n"), name);
    const column = await proveRevision(url, unique + statements, { ...without("n"), includeObject });
    assertEquals(column.found.summary, []);
    assertMatch(column.found.notes.join("\n"), /^a\.n stays/);
  });
}

database.test("a view that groups by the primary key prevents that it is dropped", async (url) => {
  const statements = `${TABLE} CREATE VIEW v AS SELECT id, name FROM a GROUP BY id`;
  const { found } = await proveRevision(url, statements, models({ ...whole, n: integer().primaryKey() }));
  assertEquals(found.summary, []);
  assertEquals(found.notes, [
    "a keeps pk_a, although the models do not have it so: view v depends on it. Drop that first.",
  ]);
});

/** What models cannot say, and what fails with another type of `name`. */
const RETYPED: Record<string, [statements: string, name: string]> = {
  "a NOT VALID check": ["ALTER TABLE a ADD CONSTRAINT ck CHECK (name <> '') NOT VALID", "constraint ck"],
  "the condition of an index with DESC": ["CREATE INDEX sorted ON a (id DESC) WHERE name <> ''", "index sorted"],
  "an operator class": ["CREATE INDEX sorted ON a (name text_pattern_ops)", "index sorted"],
  "a composite foreign key": [
    `CREATE TABLE b (n integer, name text, UNIQUE (n, name));
     ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (n, name) REFERENCES b (n, name) MATCH FULL`,
    "constraint to_b",
  ],
};

for (const [kind, [statements, name]] of Object.entries(RETYPED)) {
  database.test(`${kind} prevents a type for which it makes no sense`, async (url) => {
    const project = { ...models({ ...whole, name: integer() }), includeObject };
    const { found } = await proveRevision(url, TABLE + statements, project);
    assertEquals(found.summary, []);
    assertMatch(
      found.notes.join(),
      new RegExp(`^The type of a\\.name stays text and does not become integer: ${name} dep`),
    );
  });
}

database.test("a wider type of the same family is no obstacle: the server builds keys and expressions again", async (url) => {
  const statements = `${TABLE} CREATE INDEX sorted ON a (n DESC) INCLUDE (id) WHERE n > 1;
    ALTER TABLE a ADD CONSTRAINT ck CHECK (n <> 1) NOT VALID;
    ALTER TABLE a ADD CONSTRAINT apart EXCLUDE USING btree (n WITH =)`;
  const { found } = await proveRevision(url, statements, models({ ...whole, n: bigint() }));
  assertEquals([found.summary, found.notes], [["change type of a.n from integer to bigint"], []]);
});

/** Two tables, of which one refers to the other, with keys of a type, and a third one. */
function keyed<Value>(type: () => Column<Value>, isThird = false) {
  const metadata = new Metadata();
  metadata.add("a", { id: type().primaryKey() });
  metadata.add("b", { id: integer().primaryKey(), aId: type().references("a.id") });
  if (isThird) metadata.add("c", { id: integer().primaryKey(), aId: type().references("a.id") });
  return { metadata };
}

database.test("the type of a key stays, and so do those of the columns that refer to it", async (url) => {
  const statements = `CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY);
    CREATE TABLE b (id integer CONSTRAINT pk_b PRIMARY KEY, a_id integer NOT NULL CONSTRAINT fk REFERENCES a);
    CREATE VIEW v AS SELECT id FROM a`;
  const other = await proveRevision(url, statements, keyed(uuid, true));
  assertEquals(other.found.summary, ["create table c"]);
  assertEquals(other.found.notes.map((line) => line.split(". ")[0]), [
    "The type of a.id stays integer and does not become uuid: view v depends on it",
    "The type of b.a_id stays integer and does not become uuid: it refers to a.id, whose type stays.",
    "Foreign key fk_c_a_id_a of c is not added: the types of c.a_id and a.id differ as long as the type of one of them stays.",
  ]);
  const wider = await proveRevision(url, statements, keyed(bigint));
  assertEquals(wider.found.summary, [
    "drop foreign key fk of b",
    "change type of b.a_id from integer to bigint",
    "add foreign key fk of b",
  ]);
});

database.test("an enum keeps its values while a view shows a column of it", async (url) => {
  const statements = `CREATE TYPE mood AS ENUM ('happy', 'sad', 'angry');
    CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, mood mood NOT NULL); CREATE VIEW v AS SELECT mood FROM a`;
  const { found } = await proveRevision(
    url,
    statements,
    models({ id: integer().primaryKey(), mood: enumeration("mood", ["happy", "sad"]) }),
  );
  assertEquals(found.summary, []);
  assertEquals(found.notes, [
    "Values of the enum mood were removed or reordered, but it is used by column mood of view v. Change it by hand.",
  ]);
});

database.test("a unique index is not dropped while a foreign key refers to it", async (url) => {
  const statements = `${TABLE} CREATE UNIQUE INDEX ix ON a (n);
    CREATE SCHEMA %s_other; CREATE TABLE %s_other.c (n integer CONSTRAINT to_a REFERENCES a (n))`;
  const { found } = await proveRevision(url, statements, models(whole));
  assertEquals(found.summary, []);
  assertMatch(found.notes.join(), /^a keeps ix, although .*: constraint to_a on table s_\w+_other\.c depends on it/);
});

database.test("statistics of an expression prevent a type for which it makes no sense, and no similar one", async (url) => {
  const statements = `${TABLE} CREATE STATISTICS %s.together ON (name || 'x'), n FROM a`;
  const other = await proveRevision(url, statements, models({ ...whole, name: integer() }));
  assertEquals(other.found.summary, []);
  assertMatch(other.found.notes.join(), /^The type of a\.name stays text .*: statistics object together depends on it/);
  const wider = await proveRevision(url, statements, models({ ...whole, n: bigint() }));
  assertEquals(wider.found.summary, ["change type of a.n from integer to bigint"]);
});

database.test("check tells what stands in the way, and is clean: no revision removes the difference", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  await engine.begin((connection) => connection.execute(`${TABLE} CREATE VIEW v AS SELECT n FROM a`));
  const { differences, unresolved, isClean } = await check(engine, folder.directory, without("n"));
  assertEquals([differences, isClean], [[], true]);
  assertMatch(unresolved.join(), /^a\.n stays, .*: view v depends on it/);
});

async function serverVersion(url: string): Promise<number> {
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  return Number((await connection.execute("SELECT current_setting('server_version_num')")).scalarOne<string>());
}

database.test("a table that is kept is told once, with all reasons", async (url) => {
  const { found } = await proveRevision(url, "CREATE UNLOGGED TABLE logs (line text)", {
    metadata: new Metadata(),
    includeObject,
  });
  assertEquals(found.unmodelled.map(unmodelledLine), [
    "table logs: not in the models, and it has no primary key; it is unlogged",
  ]);
});
