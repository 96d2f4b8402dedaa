/** One change of each kind of object: what is found, and that the revision makes it and takes it back. */
import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import {
  type Column,
  enumeration,
  identity,
  integer,
  Metadata,
  numeric,
  type ReferentialAction,
  sql,
  text,
  timestamptz,
  uuid,
  varchar,
} from "../../mod.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { revision } from "../authoring.ts";
import { autogenerate } from "../autogenerate.ts";
import { downgrade, upgrade } from "../commands.ts";
import { makeMigrations, ownLines, scratch } from "../../../testing/migrations.ts";

const database = testDatabase(import.meta.url);

type Columns = Record<string, Column<unknown, boolean, boolean>>;
type Options = Parameters<Metadata["add"]>[2];

/** Toys, and heroes who may have one. */
function models(columns: Columns, options: Options = {}, more: (metadata: Metadata) => unknown = () => {}): Metadata {
  const metadata = new Metadata();
  metadata.add("toys", { id: uuid().primaryKey() });
  metadata.add("heroes", { id: uuid().primaryKey(), ...columns }, options);
  more(metadata);
  return metadata;
}
const named = (options: Options) => models({ name: text(), tags: text() }, options);
const toy = (onDelete?: ReferentialAction) => uuid().references("toys.id", { onDelete });

/** Per kind: the models before and after, and what is found. */
const CHANGES: Record<string, [before: Metadata, after: Metadata, found: string[]]> = {
  "tables": [models({}), models({}, {}, (more) => more.add("teams", { id: identity().primaryKey() })), [
    "create table teams",
  ]],
  "columns": [models({}), models({ appSrc: text().nullable() }), ["add column heroes.app_src (text)"]],
  "types": [models({ age: text() }), models({ age: integer() }), [
    "change type of heroes.age from text to integer",
  ]],
  "length": [models({ name: varchar(50) }), models({ name: varchar(80) }), [
    "change type of heroes.name from character varying(50) to character varying(80)",
  ]],
  "no length": [models({ name: varchar(50) }), models({ name: varchar() }), [
    "change type of heroes.name from character varying(50) to character varying",
  ]],
  "precision of times": [models({ at: timestamptz() }), models({ at: timestamptz(3) }), [
    "change type of heroes.at from timestamp with time zone to timestamp(3) with time zone",
  ]],
  "precision": [models({ price: numeric(10, 2) }), models({ price: numeric(12, 4) }), [
    "change type of heroes.price from numeric(10,2) to numeric(12,4)",
  ]],
  "nullability": [models({ name: text() }), models({ name: text().nullable() }), ["drop not null on heroes.name"]],
  "server defaults": [
    models({ age: integer().serverDefault(sql("0")) }),
    models({ age: integer().serverDefault(sql("0 + 1")) }),
    ["change default of heroes.age from 0 to 0 + 1"],
  ],
  "primary keys": [models({ part: integer() }), models({ part: integer().primaryKey() }), [
    "drop primary key pk_heroes of heroes",
    "add primary key pk_heroes of heroes",
  ]],
  "foreign keys": [models({ toyId: uuid() }), models({ toyId: toy() }), [
    "add foreign key fk_heroes_toy_id_toys of heroes",
  ]],
  "onDelete": [models({ toyId: toy("cascade") }), models({ toyId: toy("restrict") }), [
    "drop foreign key fk_heroes_toy_id_toys of heroes",
    "add foreign key fk_heroes_toy_id_toys of heroes",
  ]],
  "unique constraints": [models({ name: text() }), models({ name: text().unique() }), [
    "add unique uq_heroes_name of heroes",
  ]],
  "indexes": [named({}), named({ indexes: [["name"]] }), ["create index ix_heroes_name of heroes"]],
  "unique indexes": [
    named({ indexes: [{ on: ["name"] }] }),
    named({ indexes: [{ on: ["name"], unique: true }] }),
    ["drop index ix_heroes_name of heroes", "create index ix_heroes_name of heroes"],
  ],
  "partial indexes": [
    named({ indexes: [{ on: ["name"], where: sql("name > 'a'") }] }),
    named({ indexes: [{ on: ["name"], where: sql("name > 'b'") }] }),
    ["drop index ix_heroes_name of heroes", "create index ix_heroes_name of heroes"],
  ],
  "expression indexes": [
    named({ indexes: [{ name: "ix_search", on: [sql("lower(name)")] }] }),
    named({ indexes: [{ name: "ix_search", on: [sql("upper(name)")] }] }),
    ["drop index ix_search of heroes", "create index ix_search of heroes"],
  ],
  "methods of indexes": [
    named({ indexes: [{ on: ["name"] }] }),
    named({ indexes: [{ on: ["name"], using: "hash" }] }),
    ["drop index ix_heroes_name of heroes", "create index ix_heroes_name of heroes"],
  ],
  "checks": [
    models({ age: integer() }, { checks: { age: "age > 0" } }),
    models({ age: integer() }, { checks: { age: "age > 1" } }),
    ["drop check ck_heroes_age of heroes", "add check ck_heroes_age of heroes"],
  ],
  "enums": [models({}), models({ mood: enumeration("mood", ["happy", "sad"]).nullable() }), [
    "create enum mood (happy, sad)",
    "add column heroes.mood (mood)",
  ]],
  "comments": [models({}), models({}, { comment: "who they are" }), ["add comment of heroes"]],
  "schemas": [
    models({}),
    models({}, {}, (more) => more.add("shops", { id: identity().primaryKey() }, { schema: "trade" })),
    [
      "create schema trade",
      "create table trade.shops",
    ],
  ],
};

for (const [kind, [before, after, expected]] of Object.entries(CHANGES)) {
  database.test(`${kind}: the change is found, made, and taken back`, async (url) => {
    const { engine } = await scratch(url);
    await using _engine = engine;
    await using folder = await makeMigrations();
    const found = (metadata: Metadata) => engine.begin((connection) => autogenerate(connection, metadata));
    await engine.begin((connection) => before.createAll(connection));
    const first = await ownLines(engine);
    assertEquals((await found(before)).summary, [], "nothing to do before");
    assertEquals((await found(after)).summary, expected);
    await revision(folder.directory, { message: kind, autogenerate: engine, models: { metadata: after } });
    await upgrade(engine, folder.directory);
    assertEquals((await found(after)).summary, [], "nothing to do afterwards");
    assertNotEquals(await ownLines(engine), first, "the lines of schema_lines.ts show the change");
    await downgrade(engine, folder.directory, "base");
    assertEquals(await ownLines(engine), first);
  });
}

database.test("what destroys data carries a comment that says so, in both directions", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const before = models(
    { name: text(), age: text() },
    {},
    (more) => more.add("teams", { id: identity().primaryKey() }),
  );
  await engine.begin((connection) => before.createAll(connection));
  const { upSource, downSource } = await engine.begin((connection) =>
    autogenerate(connection, models({ age: integer() }))
  );
  const [up, down] = [upSource.join("\n"), downSource.join("\n")];
  assertStringIncludes(up, `// Destroys data: the table with its rows.\nawait db.schema.dropTable("teams")`);
  assertStringIncludes(
    up,
    `// Destroys data: the values of the column.\nawait db.schema.alterTable("heroes").dropColumn("name")`,
  );
  assertStringIncludes(up, "// Fails for values that cannot be converted to integer; may truncate or round others.");
  assertStringIncludes(down, "// Recreates the table without its rows.");
  assertStringIncludes(down, "// Recreates the column without its values.");
});
