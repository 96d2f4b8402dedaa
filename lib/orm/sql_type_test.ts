/** Columns given by their SQL type: the server's text goes in and comes out, on every driver. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  array,
  createEngine,
  createStatements,
  createSyncEngine,
  DatabaseError,
  declarativeBase,
  type DriverName,
  type Engine,
  integer,
  joinedload,
  manyToOne,
  oneToMany,
  type Related,
  select,
  selectinload,
  sessionmaker,
  sqlType,
  syncSessionmaker,
} from "../mod.ts";
import type { EngineUrl } from "../engine/url.ts";
import { arrivesAsText } from "../schema/text_types.ts";
import { onSchemas, scratch } from "../../testing/migrations.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** Per column: its type, and a value as PostgreSQL writes it. */
const VALUES = {
  price: ["money", "$1,234.50"],
  address: ["inet", "192.168.0.1"],
  network: ["cidr", "192.168.0.0/16"],
  words: ["tsvector", "'cat':1 'hat':2"],
  span: ["int4range", "[1,5)"],
  days: ["daterange", "[2026-01-01,2026-02-01)"],
  wait: ["interval", "1 year 2 mons 3 days 04:05:06"],
  code: ["char(3)", "ab "],
  markup: ["xml", "<a>1 &lt; 2</a>"],
  spot: ["point", "(1.5,-2)"],
  bits: ["bit(3)", "101"],
  moment: ["timestamptz(0)", "2026-02-03 04:05:06+00"],
  clock: ["time(0)", "04:05:06"],
  whole: ["integer", "42"],
  flag: ["boolean", "true"],
  addresses: ["inet[]", "{192.168.0.1,10.0.0.0/8}"],
  numbers: ["int[]", "{1,NULL,3}"],
  bytes: ["bytea", "\\x00ff"],
  doc: ["jsonb", '{"a": [1, "b"]}'],
  year: ["year_of_life", "1999"],
} as const;
const names = Object.keys(VALUES) as (keyof typeof VALUES)[];
const values = Object.fromEntries(names.map((name) => [name, VALUES[name][1]])) as Record<keyof typeof VALUES, string>;
const DOMAIN = "CREATE DOMAIN year_of_life AS integer CHECK (VALUE > 1900)";

function models() {
  const { model, metadata } = declarativeBase();
  const columns = Object.fromEntries(names.map((name) => [name, sqlType(VALUES[name][0])]));
  class Thing extends model("things", {
    id: integer().primaryKey(),
    ...columns as Record<keyof typeof VALUES, ReturnType<typeof sqlType>>,
    networks: array(sqlType("cidr")),
  }) {
    static readonly relations = { parts: oneToMany(() => Part) };
    declare parts: Related<InstanceType<typeof Part>>;
  }
  class Part
    extends model("parts", { id: sqlType("year_of_life").primaryKey(), thingId: integer().references("things.id") }) {
    static readonly relations = { thing: manyToOne(() => Thing) };
    declare thing: InstanceType<typeof Thing>;
  }
  return { Thing, Part, metadata };
}

const read = (thing: Record<keyof typeof VALUES, string>) =>
  Object.fromEntries(names.map((name) => [name, thing[name]]));
const networks = ["10.0.0.0/8", "192.168.0.0/16"];

/** A URL whose connections use a new schema, and write money and times alike on every server. */
async function inSchema(url: string, driver: DriverName): Promise<EngineUrl> {
  const { engine, schema } = await scratch(url);
  await engine.dispose();
  return onSchemas(url, `${schema}%20-clc_monetary%3DC%20-ctimezone%3DUTC`, driver);
}

for (const driver of ["pg", "postgres", "libpq"] satisfies DriverName[]) {
  database.test(`${driver}: texts go in and come out as the server writes them`, async (url) => {
    const { Thing, Part, metadata } = models();
    await using engine = createEngine(await inSchema(url, driver));
    await engine.begin(async (connection) => {
      await connection.execute(DOMAIN);
      await metadata.createAll(connection);
    });
    const made = sessionmaker(engine);
    await made.begin((session) => {
      session.addAll([1, 2].map((id) => new Thing({ id, ...values, networks })));
      session.addAll([new Part({ id: "1999", thingId: 1 }), new Part({ id: "2000", thingId: 1 })]);
      return Promise.resolve();
    });
    await made.begin(async (session) => {
      const thing = (await session.get(Thing, 1))!;
      assertEquals([read(thing), thing.networks], [values, networks], "get()");
      const [first] = (await session.scalars(select(Thing).where("code", "=", "ab").orderBy("price"))).all();
      assertEquals(read(first), values);
    });
    await made.begin(async (session) => {
      const [row] = (await session.execute(select(Thing).columns(...names))).all();
      assertEquals(row, values, "columns()");
      const loaded = (await session.scalars(select(Thing).options(selectinload("parts")).orderBy("id"))).all();
      assertEquals(loaded.map(({ parts }) => parts.all().map(({ id }) => id)), [["1999", "2000"], []]);
    });
    await made.begin(async (session) => {
      const parts = (await session.scalars(select(Part).options(joinedload("thing")).orderBy("id"))).all();
      assertEquals(parts.map(({ id, thing }) => [id, read(thing)]), [["1999", values], ["2000", values]]);
      parts[0].thing.price = "$2.00";
      parts[0].thing.code = "xyz";
    });
    await made.begin(async (session) => {
      const thing = (await session.get(Thing, 1))!;
      assertEquals([thing.price, thing.code], ["$2.00", "xyz"]);
      thing.code = "wxyz";
      const error = await assertRejects(() => session.flush(), DatabaseError);
      assertEquals(error.sqlstate, "22001", "a text that is too long is not cut off");
      await session.rollback();
    });
  });
}

database.test("SyncSession: the same", async (url) => {
  const { Thing, metadata } = models();
  using engine = createSyncEngine(await inSchema(url, "libpq"));
  engine.begin((connection) => {
    connection.execute(DOMAIN);
    for (const { sql } of createStatements(metadata)) connection.execute(sql);
  });
  const made = syncSessionmaker(engine);
  made.begin((session) => session.add(new Thing({ id: 1, ...values, networks })));
  made.begin((session) => {
    const thing = session.get(Thing, 1)!;
    assertEquals([read(thing), thing.networks], [values, networks]);
  });
});

database.test("an extension's type: citext", async (url, t) => {
  await using engine = createEngine(await inSchema(url, "pg"));
  const isThere = await engine.begin(async (connection) =>
    (await connection.execute("SELECT FROM pg_available_extensions WHERE name = 'citext'")).rowCount > 0
  );
  const name = `texts compare without case${isThere ? "" : " [the server has no citext]"}`;
  await t.step({ name, ignore: !isThere, fn: () => compareWithoutCase(engine) });
});

async function compareWithoutCase(engine: Engine): Promise<void> {
  const { model, metadata } = declarativeBase();
  class Account extends model("accounts", { email: sqlType("citext").primaryKey() }) {}
  await engine.begin(async (connection) => {
    await connection.execute("CREATE EXTENSION citext");
    await metadata.createAll(connection);
  });
  const made = sessionmaker(engine);
  await made.begin((session) => Promise.resolve(session.add(new Account({ email: "Sandy@Sea" }))));
  await made.begin(async (session) => {
    const found = (await session.scalars(select(Account).where("email", "=", "sandy@sea"))).all();
    assertEquals(found.map(({ email }) => email), ["Sandy@Sea"]);
  });
}

Deno.test("a cast to text is left out where the text arrives anyway, and a cast could change it", () => {
  const text = [
    "inet",
    "CHAR(3)",
    "character (3)",
    '"char"',
    "interval day to second(3)",
    "timestamp(3)",
    "pg_catalog.bit(3)",
  ];
  assertEquals(text.filter((type) => !arrivesAsText(type)), []);
  const other = [
    "timestamp(3) with time zone",
    "timestamptz",
    "inet[]",
    "text array",
    "double precision",
    "mood",
    "int4",
  ];
  assertEquals(other.filter(arrivesAsText), []);
});
