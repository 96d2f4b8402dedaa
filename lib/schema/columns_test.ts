/** Every type of column, through model and session, on both drivers; and what the server makes of their options. */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  array,
  bigint,
  boolean,
  bytea,
  CheckViolationError,
  createEngine,
  date,
  declarativeBase,
  doublePrecision,
  type Engine,
  enumeration,
  ForeignKeyViolationError,
  IDENTITY,
  identity,
  integer,
  IntegrityError,
  json,
  jsonb,
  MissingValueError,
  numeric,
  randomUuid,
  real,
  select,
  type SessionMaker,
  sessionmaker,
  smallint,
  sql,
  text,
  time,
  timestamp,
  timestamptz,
  UniqueViolationError,
  uuid,
  varchar,
} from "../mod.ts";
import { COLUMN_TYPES } from "../values/types.ts";
import { reflect } from "../migrate/reflect/reflect.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { emptyTables } from "../../testing/empty_tables.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();
const MOODS = ["happy", "it's complicated"] as const;

/** A column of each type. */
class Sample extends model("samples", {
  id: uuid().primaryKey().default(randomUuid),
  smallint: smallint().nullable(),
  integer: integer().nullable(),
  bigint: bigint().nullable(),
  real: real().nullable(),
  doublePrecision: doublePrecision().nullable(),
  numeric: numeric().nullable(),
  price: numeric(10, 2).nullable(),
  boolean: boolean().nullable(),
  text: text().nullable(),
  varchar: varchar(5).nullable(),
  anyLength: varchar().nullable(),
  uuid: uuid().nullable(),
  date: date().nullable(),
  time: time().nullable(),
  seconds: timestamptz(0).nullable(),
  timestamp: timestamp().nullable(),
  timestamptz: timestamptz().nullable(),
  bytea: bytea().nullable(),
  json: json().nullable(),
  jsonb: jsonb().nullable(),
  mood: enumeration("Mood", MOODS).nullable(),
}) {}

/** Arrays have a table of their own: they are written with VALUES, the others with unnest. */
class Lists extends model("lists", {
  id: uuid().primaryKey().default(randomUuid),
  texts: array(text()).nullable(),
  bigints: array(bigint()).nullable(),
  numerics: array(numeric()).nullable(),
  booleans: array(boolean()).nullable(),
  times: array(timestamptz()).nullable(),
  byteas: array(bytea()).nullable(),
  jsonbs: array(jsonb()).nullable(),
  matrix: array(array(integer())).nullable(),
  moods: array(enumeration("Mood", MOODS)).nullable(),
}) {}

/** Two values of each type; the compiler asks for those of a new one. */
const SAMPLES: Record<keyof typeof COLUMN_TYPES | "price" | "anyLength" | "seconds" | "mood", [unknown, unknown]> = {
  smallint: [-32768, 32767],
  integer: [0, -2147483648],
  bigint: [9223372036854775807n, -1n],
  real: [0.1, NaN],
  doublePrecision: [Number.MIN_VALUE, -Infinity],
  numeric: ["0.1234567890123456789012345678901234567890", "-99999999999999999999.5"],
  price: ["0.10", "12345678.99"],
  boolean: [true, false],
  text: ["", "Größe \"\\ \n '{NULL}' 🐿"],
  varchar: ["sandy", ""],
  anyLength: ["sandy".repeat(100), ""],
  uuid: ["00000000-0000-4000-8000-000000000001", "ffffffff-ffff-4fff-bfff-ffffffffffff"],
  date: ["2026-01-31", "0044-03-15 BC"],
  time: ["23:59:59.999999", "00:00:00"],
  seconds: [new Date("2026-01-31T23:59:59Z"), new Date("1900-01-01T00:00:00Z")],
  timestamp: ["2026-01-31 23:59:59.123456", "1999-12-31 00:00:00"],
  timestamptz: [new Date("2026-01-31T23:59:59.123Z"), new Date("1900-01-01T00:00:00Z")],
  bytea: [new Uint8Array([0, 255, 92]), new Uint8Array()],
  json: [{ b: 1, a: [null] }, [{ a: 1 }, 2, "three"]],
  jsonb: [["a", 1, null, [2]], "a text"],
  mood: ["happy", "it's complicated"],
};

const LISTS: Partial<Record<keyof Lists, [unknown, unknown]>> = {
  texts: [["a", '"{},\\', "NULL", ""], []],
  bigints: [[9223372036854775807n], [1n, 2n]],
  numerics: [["0.10"], ["1", "2.50"]],
  booleans: [[true, false], [false]],
  times: [[new Date("2026-01-31T23:59:59.123Z")], []],
  byteas: [[new Uint8Array([0, 255])], [new Uint8Array(), new Uint8Array([92])]],
  jsonbs: [[{ a: 1 }, [1, "two"], null, "text"], [[]]],
  matrix: [[[1, 2], [3, 4]], [[5]]],
  moods: [["it's complicated", "happy"], []],
};

/** Columns whose values the server generates. */
class Made extends model("made", {
  id: identity().primaryKey(),
  big: bigint().serverDefault(IDENTITY),
  name: text().default(() => "sandy"),
  level: integer().serverDefault(sql("7")),
  token: uuid().serverDefault(sql("gen_random_uuid()")),
  version: integer().serverDefault(sql("1")).onUpdate(sql("version + 1")),
  note: text().nullable(),
}) {}

/** Constraints and referential actions. */
class Shop extends model("shops", { code: text().primaryKey() }) {}
class Item extends model("items", {
  id: identity().primaryKey(),
  sku: text().unique(),
  price: numeric(10, 2).check("price >= 0"),
  shelf: integer(),
  place: integer(),
  order: integer().nullable().index(), // a reserved word
  owner: text().nullable().references(() => Shop, { onDelete: "cascade" }),
  seller: text().nullable().references("shops.code", { onDelete: "set null", onUpdate: "cascade" }),
  keeper: text().nullable().references("shops.code", { onDelete: "restrict" }),
}, { unique: [["shelf", "place"]], indexes: [["shelf", "order"]], checks: { not_too_far: "place < 100" } }) {}

class Note extends model("item_notes", {
  id: identity().primaryKey(),
  itemId: integer().references(() => Item),
  line: text(),
}) {}

Deno.test("a length or precision is left out, or part of the type", () => {
  const columns = [
    varchar(),
    varchar(5),
    numeric(),
    numeric(10),
    numeric(10, 2),
    time(0),
    timestamp(6),
    timestamptz(3),
  ];
  assertEquals(columns.map(({ definition }) => definition.type), [
    "varchar",
    "varchar(5)",
    "numeric",
    "numeric(10)",
    "numeric(10, 2)",
    "time(0)",
    "timestamp(6)",
    "timestamptz(3)",
  ]);
});

Deno.test("a column whose values are objects expects them to be changed in place", () => {
  for (const [{ table }, samples] of [[Sample, SAMPLES], [Lists, LISTS]] as const) {
    for (const [attribute, values] of Object.entries(samples)) {
      const isMutable = table.mutableIndexes.includes(table.columns.indexOf(table.column(attribute)));
      assertEquals(isMutable, values.some((value) => typeof value === "object"), attribute);
    }
  }
});

database.test("every type of column is one that autogenerate compares", async (url) => {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await metadata.createAll(connection);
    const { tables } = await reflect(connection, { main: "public" });
    const columns = tables.filter(({ name }) => [Sample, Lists].some(({ table }) => table.name === name))
      .flatMap(({ columns }) => columns);
    assertEquals(columns.length, Sample.table.columns.length + Lists.table.columns.length);
    assertEquals(columns.filter(({ leftAlone }) => leftAlone !== undefined), []);
  });
});

for (const driver of ["pg", "postgres"]) {
  const test = (name: string, run: (getSession: SessionMaker, engine: Engine) => Promise<void>) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await using engine = createEngine(onDriver(url, driver));
      await engine.begin((connection) => emptyTables(connection, metadata));
      await run(sessionmaker(engine), engine);
    });

  const cases = [
    ...Object.entries(SAMPLES).map(([column, values]) => ({ of: Sample, column, values })),
    ...Object.entries(LISTS).map(([column, values]) => ({ of: Lists, column, values })),
  ];
  test("every type is written, read, changed and read again, alone and among several rows", async (getSession) => {
    for (const { of, column, values: [first, second] } of cases) {
      const model = of as typeof Sample;
      const make = (value: unknown) => new model({ [column]: value });
      const [one, two] = [make(first), make(second)];
      await getSession.begin((session) => session.add(one));
      await getSession.begin((session) => session.addAll([two, make(null)]));
      const read = async (id: string) => {
        await using session = getSession();
        const object = await session.getOne(model, id);
        assertEquals(session.dirty.size, 0, `${column} is dirty though nothing changed`);
        assertStrictEquals((await session.scalars(select(model).where("id", "=", id))).one(), object);
        const plain = await session.scalar(select(model).where("id", "=", id).columns(column as keyof typeof SAMPLES));
        assertEquals(plain, object[column as keyof Sample] as typeof plain);
        return plain as unknown;
      };
      assertEquals(await read(one.id), first, column);
      assertEquals(await read(two.id), second, column);
      const change = (id: string, value: unknown) =>
        getSession.begin(async (session) => {
          Object.assign(await session.getOne(model, id), { [column]: value });
        });
      await change(one.id, second);
      assertEquals(await read(one.id), second, column);
      await getSession.begin(async (session) => {
        const both = await session.scalars(select(model).where("id", "in", [one.id, two.id]));
        for (const object of both) Object.assign(object, { [column]: first });
      });
      assertEquals([await read(one.id), await read(two.id)], [first, first], column);
      await change(one.id, null);
      assertEquals(await read(one.id), null, column);
    }
  });

  test("values can be compared with: also arrays and JSON, which are no lists of values", async (getSession) => {
    await using session = getSession();
    session.addAll([new Sample({ jsonb: [1], bigint: 1n }), new Sample({ jsonb: "x", bigint: 2n })]);
    session.addAll([new Lists({ texts: ["a", "b"] }), new Lists({ moods: ["happy"] })]);
    const count = async (statement: ReturnType<typeof select<typeof Sample>>) =>
      (await session.scalars(statement)).all().length;
    assertEquals(await count(select(Sample).where("jsonb", "=", [1])), 1);
    assertEquals(await count(select(Sample).where("jsonb", "in", [[1], "x"])), 2);
    assertEquals(await count(select(Sample).where("bigint", ">=", 2n)), 1);
    assertEquals((await session.scalars(select(Lists).where("texts", "=", ["a", "b"]))).all().length, 1);
    assertEquals((await session.scalars(select(Lists).where("moods", "=", ["happy"]))).all().length, 1);
    assertEquals((await session.scalars(select(Lists).where("moods", "in", [["happy"], []]))).all().length, 1);
  });

  test("what the server makes comes back with the write", async (getSession) => {
    await using session = getSession();
    const [one, two] = [new Made({}), new Made({ level: 1, version: 5 })];
    session.addAll([one, two]);
    await session.commit();
    assertEquals([one.id, one.big, one.name, one.level, one.version, one.note], [1, 1n, "sandy", 7, 1, null]);
    assertEquals([two.id, two.level, two.version], [2, 1, 5]);
    assert(one.token !== two.token);
    one.note = two.note = "changed";
    await session.commit();
    assertEquals([one.version, two.version], [2, 6]);
    await using fresh = getSession();
    assertEquals({ ...await fresh.get(Made, 2) }, { ...two });
  });

  test("a given key goes before the one the server would count", async (getSession) => {
    await using session = getSession();
    const made = new Made({ id: 40 });
    session.add(made);
    await session.commit();
    assertEquals((await session.getOne(Made, 40)).id, 40);
  });

  test("the server refuses what a column's options forbid, naming the constraint", async (getSession) => {
    const item = (more: Partial<Item>) =>
      new Item({ sku: crypto.randomUUID(), price: "1", shelf: 1, place: 1, ...more });
    await getSession.begin((session) => session.add(item({ sku: "car" })));
    const refused = async (more: Partial<Item>, error: typeof UniqueViolationError, constraint: string) => {
      await using session = getSession();
      session.add(item(more));
      assertEquals((await assertRejects(() => session.commit(), error)).constraint, constraint);
    };
    await refused({ sku: "car", place: 2 }, UniqueViolationError, "uq_items_sku");
    await refused({}, UniqueViolationError, "uq_items_shelf_place");
    await refused({ place: 2, price: "-0.01" }, CheckViolationError, "ck_items_price");
    await refused({ place: 100 }, CheckViolationError, "ck_items_not_too_far");
    await refused({ place: 2, owner: "none" }, ForeignKeyViolationError, "fk_items_owner_shops");
  });

  test("a foreign key that neither the constructor nor a relation gave stops the flush", async (getSession) => {
    await using session = getSession();
    session.add(new Note({ line: "hello" }));
    const error = await assertRejects(() => session.commit(), MissingValueError);
    assertEquals([error.table, error.attribute], ["item_notes", "itemId"]);
  });

  test("onDelete and onUpdate: cascade, set null, restrict", async (getSession, engine) => {
    await getSession.begin((session) => {
      session.addAll(["a", "b", "c"].map((code) => new Shop({ code })));
      const item = { price: "1", shelf: 1, order: 3 };
      session.add(new Item({ ...item, sku: "owned", place: 1, owner: "a" }));
      session.add(new Item({ ...item, sku: "sold", place: 2, seller: "b" }));
      session.add(new Item({ ...item, sku: "kept", place: 3, keeper: "c" }));
    });
    const change = (statement: string) => engine.begin((connection) => connection.execute(statement));
    await change("UPDATE shops SET code = 'b2' WHERE code = 'b'");
    await using session = getSession();
    assertEquals(await session.scalar(select(Item).where("sku", "=", "sold").columns("seller")), "b2");
    await session.rollback();
    await change("DELETE FROM shops WHERE code <> 'c'");
    // 23001 from PostgreSQL 18 on, 23503 before
    const error = await assertRejects(() => change("DELETE FROM shops"), IntegrityError);
    assertEquals(error.constraint, "fk_items_keeper_shops");
    const rows = (await session.execute(select(Item).orderBy("sku").columns("sku", "seller"))).all();
    assertEquals(rows, [{ sku: "kept", seller: null }, { sku: "sold", seller: null }]);
  });
}

Deno.test("a default that is a value, where types are not checked, is refused with the line to write", () => {
  const value = 0 as unknown as () => number;
  assertThrows(
    () => integer().default(value),
    TypeError,
    "default() takes a function that makes the value: .default(() => 0)",
  );
});

Deno.test("types: what a column holds, in the constructor, as an attribute, and in a key", () => {
  const made = new Made({});
  const [big, note, version]: [bigint, string | null, number] = [made.big, made.note, made.version];
  const mood: "happy" | "it's complicated" | null = new Sample({ mood: "happy" }).mood;
  const lists: string[] | null = new Lists({ texts: ["a"] }).texts;
  assertEquals([big, note, version, mood, lists], [undefined, undefined, undefined, "happy", ["a"]] as never);
  const neverCalled = () => {
    // @ts-expect-error not one of the enum's values
    new Sample({ mood: "sad" });
    // @ts-expect-error a bigint is no number
    new Sample({ bigint: 1 });
    // @ts-expect-error a numeric is a text
    new Sample({ price: 1.5 });
    // @ts-expect-error an element of another type
    new Lists({ bigints: [1] });
    // @ts-expect-error sku has neither a default nor may it be null
    new Item({ price: "1", shelf: 1, place: 1 });
    // @ts-expect-error it may not be null
    new Shop({ code: null });
    new Note({ line: "hello" }); // a relation may give its itemId
    // @ts-expect-error a default of another type
    text().default(() => 7);
    // @ts-expect-error a combination names attributes
    model("wrong", { id: identity().primaryKey() }, { unique: [["colour"]] });
  };
  assertEquals(typeof neverCalled, "function");
});
