import { assertEquals, assertRejects } from "@std/assert";
import {
  array,
  Column,
  createEngine,
  DatabaseError,
  declarativeBase,
  integer,
  manyToOne,
  oneToMany,
  type Related,
  select,
  selectinload,
  sessionmaker,
  varchar,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { parameterType } from "./parameter_type.ts";

const database = testDatabase(import.meta.url);

Deno.test("a length is left out where a cast would cut values off", () => {
  const types = [
    "varchar(3)",
    "varchar(3)[]",
    "character varying(3)",
    "char(3)",
    "CHAR",
    "character(3)[]",
    "bit(3)",
    "bit",
  ];
  assertEquals(types.map(parameterType), [
    "varchar",
    "varchar[]",
    "varchar",
    "bpchar",
    "bpchar",
    "bpchar[]",
    "varbit",
    "varbit",
  ]);
  const others = ["text", "numeric(10, 2)", "timestamp(3)", "bpchar", "varchar", '"char"', "interval day to second(3)"];
  assertEquals(others.map(parameterType), others);
});

/** A column of a type that the library has no function for. */
const ofType = (type: string) =>
  new Column<string>({ type, nullable: false, primaryKey: false, unique: false, index: false });

database.test("a text that is too long is an error in INSERT and UPDATE, and is not cut off", async (url) => {
  const { model, metadata } = declarativeBase();
  class Word extends model("words", {
    id: integer().primaryKey(),
    short: varchar(3),
    fixed: ofType("char(3)"),
    bits: ofType("bit(3)"),
    list: array(varchar(3)),
  }) {}
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  const made = sessionmaker(engine);
  const fits = { short: "abc", fixed: "abc", bits: "101", list: ["abc"] };
  const refused = (values: Partial<typeof fits>, sqlstate: string) => {
    const insert = (ids: number[]) =>
      made.begin((session) => {
        for (const id of ids) session.add(new Word({ id, ...fits, ...values }));
        return Promise.resolve();
      });
    const update = (ids: number[]) =>
      made.begin(async (session) => {
        for (const id of ids) Object.assign((await session.get(Word, id))!, values);
      });
    return Promise.all([insert([11]), insert([11, 12]), update([1]), update([1, 2])].map(async (done) => {
      const error = await assertRejects(() => done, DatabaseError);
      assertEquals(error.sqlstate, sqlstate);
    }));
  };
  await made.begin((session) => {
    session.addAll([new Word({ id: 1, ...fits }), new Word({ id: 2, ...fits })]);
    return Promise.resolve();
  });
  await refused({ short: "abcd" }, "22001");
  await refused({ fixed: "abcd" }, "22001");
  await refused({ bits: "1011" }, "22026");
  await refused({ list: ["abcd"] }, "22001");
  await made.begin(async (session) => {
    const words = (await session.scalars(select(Word).orderBy("id"))).all();
    assertEquals(words.map(({ short, fixed, bits, list }) => ({ short, fixed, bits, list })), [fits, fits]);
  });
});

database.test("keys of a limited length find their own rows only", async (url) => {
  const { model, metadata } = declarativeBase();
  class Country extends model("countries", { code: varchar(2).primaryKey(), area: ofType("char(2)").unique() }) {
    static readonly relations = { towns: oneToMany(() => Town) };
    declare towns: Related<InstanceType<typeof Town>>;
  }
  class Town extends model("towns", {
    id: integer().primaryKey(),
    code: varchar(2).references("countries.code"),
  }) {
    static readonly relations = { country: manyToOne(() => Country) };
    declare country: InstanceType<typeof Country>;
  }
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  const made = sessionmaker(engine);
  await made.begin((session) => {
    session.addAll([
      new Country({ code: "de", area: "eu" }),
      new Town({ id: 1, code: "de" }),
      new Town({ id: 2, code: "de" }),
    ]);
    return Promise.resolve();
  });
  await made.begin(async (session) => {
    const towns = (await session.scalars(select(Town).options(selectinload("country")))).all();
    assertEquals(towns.map(({ country }) => country.area), ["eu", "eu"]);
    const [country] = (await session.scalars(select(Country).options(selectinload("towns")))).all();
    assertEquals([...country.towns].length, 2);
    for (const town of towns) session.delete(town);
  });
});
