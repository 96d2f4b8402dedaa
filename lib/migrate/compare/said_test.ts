/**
 * What models can say beside columns of the library's types: names, deferrable and composite keys, parts given by their
 * SQL, and columns beside those. Each change is found exactly, made, and taken back.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import {
  bigint,
  IDENTITY,
  identity,
  IDENTITY_ALWAYS,
  integer,
  Metadata,
  SERIAL,
  serial,
  sql,
  sqlType,
  text,
  uuid,
} from "../../mod.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { makeMigrations, ownLines, scratch } from "../../../testing/migrations.ts";
import { revision } from "../authoring.ts";
import { autogenerate } from "../autogenerate.ts";
import { downgrade, upgrade } from "../commands.ts";

const database = testDatabase(import.meta.url);

type Columns = Parameters<Metadata["add"]>[1];
type Options = Parameters<Metadata["add"]>[2];

/** Shops, whose key has two columns, and toys. */
function toys(options: Options, columns: Columns = {}): Metadata {
  const metadata = new Metadata();
  metadata.add("shops", { tenant: integer().primaryKey(), id: integer().primaryKey(), name: text() });
  const usual = {
    id: uuid().primaryKey(),
    tenant: integer(),
    shopId: integer().nullable(),
    name: text(),
    at: integer(),
  };
  metadata.add("toys", { ...usual, ...columns }, options);
  return metadata;
}

/** Toys, and orders of them, in a table whose name is given. */
function withOrders(options: Options, columns: Columns = {}): Metadata {
  const metadata = toys({});
  metadata.add("orders", {
    id: identity().primaryKey().named("orderID"),
    toyId: uuid().named("toyID").references("toys.id", { onDelete: "cascade" }),
    count: integer(),
    ...columns,
  }, options);
  return metadata;
}

const shop = { on: ["tenant", "shopId"], references: "shops", columns: ["tenant", "id"] } as const;
const ix = (definition: string, unique = false): Options => ({ indexes: [{ name: "ix_toys", definition, unique }] });
const recreated = (kind: string, name: string) => [`drop ${kind} ${name} of toys`, `add ${kind} ${name} of toys`];
const fk = "fk_toys_tenant_shop_id_shops";

/** Per kind: the models before and after, and what is found. */
const CHANGES: Record<string, [before: Metadata, after: Metadata, found: string[]]> = {
  "a name is given to a primary key": [toys({}), toys({ primaryKey: { name: "toys_pkey" } }), [
    "rename constraint pk_toys of toys to toys_pkey",
  ]],
  "the columns of the primary key change places": [
    toys({}, { part: integer().primaryKey() }),
    toys({ primaryKey: { on: ["part", "id"] } }, { part: integer().primaryKey() }),
    recreated("primary key", "pk_toys"),
  ],
  "a name is given to a unique constraint": [
    toys({ unique: [["name"]] }),
    toys({ unique: [{ on: ["name"], name: "one_name" }] }),
    ["rename constraint uq_toys_name of toys to one_name"],
  ],
  "a name is given to a foreign key": [
    toys({ foreignKeys: [shop] }),
    toys({ foreignKeys: [{ ...shop, name: "toys_of_shop" }] }),
    [`rename constraint ${fk} of toys to toys_of_shop`],
  ],
  "names are given to those of a column": [
    toys({}, { name: text().unique().index().check("name <> ''"), at: integer().references("other.id") }),
    toys({}, {
      name: text().unique({ name: "a" }).index({ name: "b" }).check("name <> ''", { name: "c" }),
      at: integer().references("other.id", { name: "d" }),
    }),
    [
      "rename constraint uq_toys_name of toys to a",
      "rename constraint ck_toys_name of toys to c",
      "rename constraint fk_toys_at_other of toys to d",
      "rename index ix_toys_name of toys to b",
    ],
  ],
  "a name is given to a check": [
    toys({ checks: { at: "at > 0" } }),
    toys({ checks: { at: { sql: "at > 0", name: "positive" } } }),
    ["rename constraint ck_toys_at of toys to positive"],
  ],
  "a composite foreign key": [toys({}), toys({ foreignKeys: [shop] }), [`add foreign key ${fk} of toys`]],
  "no composite foreign key": [toys({ foreignKeys: [shop] }), toys({}), [`drop foreign key ${fk} of toys`]],
  "actions of a composite foreign key": [
    toys({ foreignKeys: [shop] }),
    toys({ foreignKeys: [{ ...shop, onDelete: "cascade" }] }),
    recreated("foreign key", fk),
  ],
  "a deferrable foreign key": [
    toys({ foreignKeys: [shop] }),
    toys({ foreignKeys: [{ ...shop, deferrable: true }] }),
    recreated("foreign key", fk),
  ],
  "a deferred foreign key": [
    toys({ foreignKeys: [{ ...shop, deferrable: true }] }),
    toys({ foreignKeys: [{ ...shop, deferrable: "deferred" }] }),
    recreated("foreign key", fk),
  ],
  "a foreign key that is no longer deferrable": [
    toys({ foreignKeys: [{ ...shop, deferrable: true }] }),
    toys({ foreignKeys: [shop] }),
    recreated("foreign key", fk),
  ],
  "a deferrable unique constraint": [
    toys({ unique: [["name"]] }),
    toys({ unique: [{ on: ["name"], deferrable: "deferred" }] }),
    recreated("unique", "uq_toys_name"),
  ],
  "a table with such keys": [
    new Metadata(),
    toys({
      primaryKey: { name: "p" },
      unique: [{ on: ["name"], deferrable: "deferred" }],
      foreignKeys: [{ ...shop, deferrable: true, onUpdate: "cascade" }],
      constraints: { no_overlap: "EXCLUDE USING hash (name WITH =)" },
      indexes: [{ name: "latest", definition: "btree (at DESC) INCLUDE (name)" }],
    }),
    ["create table shops", "create table toys"],
  ],
  "an index by its definition": [toys({}), toys(ix("btree (name text_pattern_ops)")), [
    "create index ix_toys of toys",
  ]],
  "another definition of an index": [
    toys(ix("btree (at DESC)")),
    toys(ix("btree (at DESC NULLS LAST) INCLUDE (name) WHERE at > 0")),
    ["drop index ix_toys of toys", "create index ix_toys of toys"],
  ],
  "an index by its definition is unique": [
    toys(ix("btree (at DESC)")),
    toys(ix("btree (at DESC)", true)),
    ["drop index ix_toys of toys", "create index ix_toys of toys"],
  ],
  "an exclusion constraint": [toys({}), toys({ constraints: { x: "EXCLUDE USING hash (at WITH =)" } }), [
    "add constraint x of toys",
  ]],
  "another exclusion constraint": [
    toys({ constraints: { x: "EXCLUDE USING hash (at WITH =)" } }),
    toys({ constraints: { x: "EXCLUDE USING hash (at WITH =) WHERE (at > 0)" } }),
    recreated("constraint", "x"),
  ],
  "a check takes the name of an exclusion constraint": [
    toys({ constraints: { x: "EXCLUDE USING hash (at WITH =)" } }),
    toys({ constraints: { x: "CHECK (at > 0) NO INHERIT" } }),
    ["drop constraint x of toys", "add check x of toys"],
  ],
  "an index takes the name of a unique constraint": [
    toys({ constraints: { x: "UNIQUE (at) INCLUDE (name)" } }),
    toys({ indexes: [{ name: "x", definition: "btree (at DESC)" }] }),
    ["drop unique x of toys", "create index x of toys"],
  ],
  "a unique constraint by its SQL": [
    toys({ constraints: { u: "UNIQUE (name)" } }),
    toys({ constraints: { u: "UNIQUE (name) INCLUDE (at)" } }),
    recreated("unique", "u"),
  ],
  "a check by its SQL": [
    toys({ constraints: { c: "CHECK (at > 0)" } }),
    toys({ constraints: { c: "CHECK (at > 0) NO INHERIT" } }),
    recreated("check", "c"),
  ],
  "a check that no row need satisfy yet": [
    toys({ constraints: { c: "CHECK (at > 0)" } }),
    toys({ constraints: { c: "CHECK (at > 0) NOT VALID" } }),
    recreated("check", "c"),
  ],
  "a foreign key by its SQL": [
    toys({ constraints: { f: "FOREIGN KEY (tenant, shop_id) REFERENCES shops (tenant, id)" } }),
    toys({ constraints: { f: "FOREIGN KEY (tenant, shop_id) REFERENCES shops MATCH FULL" } }),
    recreated("foreign key", "f"),
  ],
  "a column by its SQL type": [toys({}), toys({}, { ip: sqlType("inet").nullable() }), ["add column toys.ip (inet)"]],
  "another SQL type": [
    toys({}, { code: sqlType("char(3)") }),
    toys({}, { code: sqlType("char(5)") }),
    ["change type of toys.code from character(3) to character(5)"],
  ],
  "an SQL type instead of one of the library's": [
    toys({}),
    toys({}, { name: sqlType("money") }),
    ["change type of toys.name from text to money"],
  ],
  "a collation": [toys({}), toys({}, { name: text().collate("C") }), [
    'change type of toys.name from text to text COLLATE "C"',
  ]],
  "no collation": [toys({}, { name: text().collate("C") }), toys({}), [
    'change type of toys.name from text COLLATE "C" to text',
  ]],
  "a generated column": [toys({}), toys({}, { low: text().generatedAs(sql("lower(name)")) }), [
    "add column toys.low (text)",
  ]],
  "another expression, with what stands on the column": [
    toys({ indexes: [["low"]], unique: [["low", "at"]] }, {
      low: text().generatedAs(sql("lower(name)")).unique().check("low <> ''"),
    }),
    toys({ indexes: [["low"]], unique: [["low", "at"]] }, {
      low: text().generatedAs(sql("upper(name)")).unique().check("low <> ''"),
    }),
    [
      "drop index ix_toys_low of toys",
      "drop check ck_toys_low of toys",
      "drop unique uq_toys_low of toys",
      "drop unique uq_toys_low_at of toys",
      "drop column toys.low (text)",
      "add column toys.low (text)",
      "add unique uq_toys_low of toys",
      "add unique uq_toys_low_at of toys",
      "add check ck_toys_low of toys",
      "create index ix_toys_low of toys",
    ],
  ],
  "another type of a generated column": [
    toys({}, { twice: integer().generatedAs(sql("at * 2")) }),
    toys({}, { twice: bigint().generatedAs(sql("at * 2")) }),
    ["drop column toys.twice (integer)", "add column toys.twice (bigint)"],
  ],
  "a generated column from another, which is dropped": [
    toys({}, { old: text(), low: text().generatedAs(sql("lower(old)")) }),
    toys({}, { fresh: text(), low: text().generatedAs(sql("lower(fresh)")) }),
    [
      "drop column toys.low (text)",
      "drop column toys.old (text)",
      "add column toys.fresh (text)",
      "add column toys.low (text)",
    ],
  ],
  "a column becomes generated": [
    toys({}, { low: text().nullable().index() }),
    toys({}, { low: text().nullable().generatedAs(sql("lower(name)")).index() }),
    ["drop index ix_toys_low of toys", "add expression lower(name) of toys.low", "create index ix_toys_low of toys"],
  ],
  "a column is no longer generated": [
    toys({}, { low: text().generatedAs(sql("lower(name)")).index() }),
    toys({}, { low: text().index() }),
    ["drop index ix_toys_low of toys", "drop expression lower(name) of toys.low", "create index ix_toys_low of toys"],
  ],
  "an identity column whose values are always the server's": [
    toys({}, { number: integer().serverDefault(IDENTITY) }),
    toys({}, { number: integer().serverDefault(IDENTITY_ALWAYS) }),
    ["change identity of toys.number from by default to always"],
  ],
  "no longer always": [
    toys({}, { number: integer().serverDefault(IDENTITY_ALWAYS) }),
    toys({}, { number: integer().serverDefault(IDENTITY) }),
    ["change identity of toys.number from always to by default"],
  ],
  "always, from a plain column": [
    toys({}, { number: integer() }),
    toys({}, { number: integer().serverDefault(IDENTITY_ALWAYS) }),
    ["add identity of toys.number"],
  ],
  "serial, from a plain column": [
    toys({}, { number: bigint() }),
    toys({}, { number: bigint().serverDefault(SERIAL) }),
    ["add serial of toys.number"],
  ],
  "serial columns": [toys({}), toys({}, { number: serial().unique() }), [
    "add column toys.number (integer)",
    "add unique uq_toys_number of toys",
  ]],
  "a column of another name": [
    toys({}),
    toys({ checks: { size: `"Size in cm" > 0` } }, {
      name: text().named("toyName").unique().index(),
      size: integer().named("Size in cm"),
      make: text().named("constructor"),
      low: text().named("a.b").generatedAs(sql(`lower("toyName")`)).index(),
    }),
    [
      "drop column toys.name (text)",
      "add column toys.toyName (text)",
      "add column toys.Size in cm (integer)",
      "add column toys.constructor (text)",
      "add column toys.a.b (text)",
      "add unique uq_toys_toyName of toys",
      "add check ck_toys_size of toys",
      "create index ix_toys_a.b of toys",
      "create index ix_toys_toyName of toys",
    ],
  ],
  "a table of another name": [
    toys({}),
    withOrders({ named: "Order Line", comment: "as it was", indexes: [["toyId"]] }),
    ["create table Order Line"],
  ],
  "changes of such a table": [
    withOrders({ named: "Order Line", indexes: [["toyId"]] }),
    withOrders({ named: "Order Line", unique: [["toyId", "count"]], checks: { count: "count > 0" } }, {
      count: bigint().comment("how many"),
      at: text().named("At").nullable(),
    }),
    [
      "drop index ix_Order Line_toyID of Order Line",
      "change type of Order Line.count from integer to bigint",
      "add column Order Line.At (text)",
      "add unique uq_Order Line_toyID_count of Order Line",
      "add check ck_Order Line_count of Order Line",
      "add comment of Order Line.count",
    ],
  ],
  "a table with such columns": [
    new Metadata(),
    toys({}, {
      id: identity({ always: true }).primaryKey(),
      low: text().collate("C").generatedAs(sql("lower(name)")),
      number: serial(),
      price: sqlType("money").serverDefault(sql("'1.50'")),
      addresses: sqlType("inet[]").nullable(),
    }),
    ["create table shops", "create table toys"],
  ],
};
// what the fourth case refers to
for (const metadata of CHANGES["names are given to those of a column"].slice(0, 2)) {
  (metadata as Metadata).add("other", { id: integer().primaryKey() });
}

for (const [kind, [before, after, expected]] of Object.entries(CHANGES)) {
  database.test(`${kind}: found, made, and taken back`, async (url) => {
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
    const { summary, unmodelled } = await found(after);
    assertEquals(summary, [], "nothing to do afterwards");
    assertEquals(unmodelled, [], "the models say everything");
    assertNotEquals(await ownLines(engine), first);
    await downgrade(engine, folder.directory, "base");
    assertEquals(await ownLines(engine), first);
    await upgrade(engine, folder.directory);
    assertEquals((await found(after)).summary, [], "nothing to do after a second time");
  });
}

database.test("a key without a name in the models matches one of any name; given names are compared", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) =>
    connection.execute(`
    CREATE TABLE shops (tenant int, id int, name text NOT NULL, CONSTRAINT "Shops PK" PRIMARY KEY (tenant, id));
    CREATE TABLE toys (id uuid CONSTRAINT k PRIMARY KEY, tenant int NOT NULL, shop_id int, name text NOT NULL,
      at int NOT NULL, CONSTRAINT of_shop FOREIGN KEY (tenant, shop_id) REFERENCES shops DEFERRABLE,
      CONSTRAINT one UNIQUE (name) DEFERRABLE INITIALLY DEFERRED)`)
  );
  const compared = (options: Options) => engine.begin((connection) => autogenerate(connection, toys(options)));
  const [foreignKey, unique] = [{ ...shop, deferrable: true }, { on: ["name"], deferrable: "deferred" }] as const;
  assertEquals((await compared({ foreignKeys: [foreignKey], unique: [unique] })).summary, []);
  const named = { foreignKeys: [{ ...foreignKey, name: "f" }], unique: [{ ...unique, name: "u" }] };
  assertEquals((await compared({ ...named, primaryKey: { name: "p" } })).summary, [
    "rename constraint k of toys to p",
    "rename constraint one of toys to u",
    "rename constraint of_shop of toys to f",
  ]);
});

database.test("a serial column is one by serial(), by the default that it has, and by its plain type", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) =>
    connection.execute(`
    CREATE TABLE shops (tenant int, id int, name text NOT NULL, PRIMARY KEY (tenant, id));
    CREATE TABLE toys (id uuid PRIMARY KEY, tenant int NOT NULL, shop_id int, name text NOT NULL, at int NOT NULL,
      number serial); ALTER SEQUENCE toys_number_seq RENAME TO numbers`)
  );
  const compared = (number: Columns[string]) => engine.begin((each) => autogenerate(each, toys({}, { number })));
  const said = [serial(), integer().serverDefault(sql("nextval('numbers'::regclass)")), integer()];
  for (const number of said) assertEquals((await compared(number)).summary, []);
  assertEquals((await compared(integer().serverDefault(IDENTITY))).summary, [
    "drop serial of toys.number",
    "add identity of toys.number",
  ]);
});
