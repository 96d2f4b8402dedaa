/** Keys that a program writes otherwise than the server: one object for each row, found by every way of writing its key. */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  bigint,
  bytea,
  type Column,
  date,
  declarativeBase,
  doublePrecision,
  enumeration,
  identity,
  integer,
  InvalidModelError,
  jsonb,
  manyToOne,
  numeric,
  oneToMany,
  real,
  type Related,
  select,
  selectinload,
  smallint,
  sqlType,
  text,
  time,
  timestamp,
  timestamptz,
  uuid,
  varchar,
} from "../mod.ts";
import { EVERY_SESSION, firstWord, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

/** A key as the server writes it, and other ways of writing it. */
interface Form {
  readonly name: string;
  readonly column: () => Column<unknown>;
  readonly stored: unknown;
  readonly written: readonly unknown[];
}
const form = (name: string, column: () => Column<never>, stored: unknown, ...written: unknown[]): Form => {
  return { name, column: column as unknown as () => Column<unknown>, stored, written };
};

const at = "2026-01-05T04:05:06.123456Z";
const FORMS: Form[] = [
  form(
    "uuid",
    uuid as never,
    "a81bc81b-dead-4e5d-abff-90865d1e13b1",
    "A81BC81B-DEAD-4E5D-ABFF-90865D1E13B1",
    "{a81bc81bdead4e5dabff90865d1e13b1}",
  ),
  form("day", date as never, "2026-01-05", "2026-1-5", "002026-01-05"),
  form("clock", time as never, "04:05:06", "4:5:6", "04:05:06.000"),
  form("moment", timestamp as never, "2026-01-05 04:05:06.5", "2026-1-5T4:5:6.50"),
  form("number", numeric as never, "2", "02", "+2", 2),
  form("price", (() => numeric(10, 2)) as never, "2.01", "2.005", "2.0149"),
  form("small", smallint as never, 5, "5", 5n, "05"),
  form("whole", integer as never, 5, "5", 5n),
  form("big", bigint as never, 5n, 5, "5"),
  form("single", real as never, 0.1, Math.fround(0.1)),
  form("double", doublePrecision as never, 0, -0),
  form("fixed", (() => sqlType("char(4)")) as never, "ab  ", "ab", "ab      "),
  form("few", (() => varchar(2)) as never, "ab", "ab   "),
  form("mood", (() => enumeration("key_mood", ["ok", "bad"])) as never, "ok", "ok"),
  form("bytes", bytea as never, new Uint8Array([1, 255]), new Uint8Array([0, 1, 255]).subarray(1)),
  form(
    "instant",
    (() => timestamptz({ as: "instant" })) as never,
    Temporal.Instant.from(at),
    Temporal.Instant.from(at),
  ),
  form("utc", (() => timestamptz({ as: "text" })) as never, at, "2026-01-05T05:05:06.123456+01:00"),
  // what the library does not know, the server writes
  form("named", date as never, "2026-01-05", "Jan 5 2026"),
  form("address", (() => sqlType("inet")) as never, "10.0.0.1", "10.0.0.1/32"),
];

function models({ name, column }: Form) {
  class Parent extends model(`${name}_parents`, { id: column().primaryKey(), note: text() }) {
    static readonly relations = { children: oneToMany(() => Child) };
    declare children: Related<InstanceType<typeof Child>>;
  }
  class Child extends model(`${name}_children`, {
    id: identity().primaryKey(),
    parentId: column().references(`${name}_parents.id`).nullable(),
    code: column().nullable().unique(),
  }) {
    static readonly relations = { parent: manyToOne(() => Parent) };
    declare parent: InstanceType<typeof Parent> | null;
  }
  return { Parent, Child };
}
const MODELS = FORMS.map((each) => ({ ...each, ...models(each) }));

class Tick extends model("exact_ticks", { at: timestamptz().primaryKey(), note: text() }) {}

/** Compares instants by their time, which `assertEquals` does not. */
const plain = (value: unknown) => value instanceof Temporal.Instant ? value.toString() : value;

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, firstWord);

  for (const { name, stored, written, Parent, Child } of MODELS) {
    const isKnown = !["named", "address"].includes(name);
    for (const other of written) {
      test(`${name} as ${Deno.inspect(other)}: one row, one object`, async (t) => {
        await using session = t.getSession();
        const parent = new Parent({ id: other, note: "made" });
        const child = new Child({ parent } as never);
        const named = new Child({ parentId: other });
        session.addAll([parent, child, named]);
        await session.commit();
        assertEquals([parent.id, child.parentId, named.parentId].map(plain), [stored, stored, stored].map(plain));
        assertStrictEquals(child.parent, parent);
        t.sent.length = 0;
        assertStrictEquals(await session.get(Parent, other), parent);
        assertStrictEquals(await session.get(Parent, stored), parent);
        if (isKnown) assertEquals(t.sent, [], "no query for an object that is there");

        parent.id = other;
        await session.commit();
        assertEquals(plain(parent.id), plain(stored), "the same key is no change");
        assertStrictEquals(await session.merge(new Parent({ id: other, note: "merged" })), parent);
        await session.commit();
        assertEquals(await t.rows(`SELECT note FROM ${name}_parents`), [["merged"]]);

        await using fresh = t.getSession();
        const [loaded] = (await fresh.scalars(select(Parent).options(selectinload("children")))).all();
        assertEquals([plain(loaded.id), loaded.children.size], [plain(stored), 2]);
        const children = (await fresh.scalars(select(Child).options(selectinload("parent")))).all();
        for (const each of children) assertStrictEquals(each.parent, loaded);
        assertStrictEquals(await fresh.get(Parent, other), loaded);
      });

      test(`${name} as ${Deno.inspect(other)}: a key and a unique value are freed and taken in one flush`, async (t) => {
        await using session = t.getSession();
        const old = new Parent({ id: stored, note: "old" });
        const [one, two] = [new Child({ code: stored }), new Child({})];
        session.addAll([old, one, two]);
        await session.commit();
        if (isKnown) {
          session.delete(old);
          session.add(new Parent({ id: other, note: "new" }));
        }
        two.code = other; // the later row takes what the earlier one gives up
        one.code = null;
        await session.commit();
        assertEquals(plain(two.code), plain(stored));
        assertEquals(await t.rows(`SELECT note FROM ${name}_parents`), [[isKnown ? "new" : "old"]]);
      });
    }

    if (!isKnown) {
      test(`${name}: several rows whose keys only the server knows are one INSERT`, async (t) => {
        await using session = t.getSession();
        const others = name === "named" ? ["Jan 5 2026", "Jan 6 2026"] : ["10.0.0.1/32", "10.0.0.2/32"];
        const parents = others.map((id) => new Parent({ id, note: String(id) }));
        session.addAll(parents);
        t.sent.length = 0;
        await session.commit();
        assertEquals(t.sent, ["BEGIN", "WITH", "COMMIT"]);
        for (const each of parents) assertStrictEquals(await session.get(Parent, each.id), each);
        const ids = (await t.rows(`SELECT note, id::text FROM ${name}_parents`)).map(([note, id]) => `${note} ${id}`);
        assertEquals(ids, parents.map(({ note, id }) => `${note} ${name === "address" ? `${id}/32` : id}`));
        [parents[0].id, parents[1].id] = name === "named" ? ["Feb 5 2026", "Feb 6 2026"] : ["::1/128", "::2/128"];
        await session.commit();
        assertEquals(parents.map(({ id }) => id), name === "named" ? ["2026-02-05", "2026-02-06"] : ["::1", "::2"]);
        for (const each of parents) assertStrictEquals(await session.get(Parent, each.id), each);
      });
    }
  }

  test("two instants of one millisecond are two keys; an object finds its own row", async (t) => {
    await using session = t.getSession();
    await session.execute(
      "INSERT INTO exact_ticks VALUES ('2026-01-05T04:05:06.123456Z', 'a'), ('2026-01-05T04:05:06.123457Z', 'b')",
    );
    await session.commit();
    const [a, b] = (await session.scalars(select(Tick).orderBy("at"))).all();
    assertEquals(a === b, false);
    assertEquals(a.at.getTime(), b.at.getTime());
    for (const each of [a, b]) {
      assertStrictEquals(await session.get(Tick, each.at), each);
      assertEquals((await session.scalars(select(Tick).where("at", "=", each.at))).all(), [each]);
    }
    assertEquals(await session.get(Tick, new Date(a.at)), null, "a copy has lost the microseconds");
    b.note = "changed";
    await session.commit();
    assertEquals(await t.rows("SELECT note FROM exact_ticks ORDER BY at"), [["a"], ["changed"]]);
  });
}

Deno.test("json is refused as a key, with the reason", () => {
  const { model } = declarativeBase();
  const make = () => model("docs", { id: jsonb().primaryKey() });
  assertThrows(make, InvalidModelError, `"id" cannot be part of the primary key: json has no equality`);
});
