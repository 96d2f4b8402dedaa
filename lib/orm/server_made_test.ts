/** Columns that only the server sets: generated ones, and identity columns whose values are always its own. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  createEngine,
  DatabaseError,
  declarativeBase,
  identity,
  integer,
  InvalidModelError,
  select,
  serial,
  sessionmaker,
  sql,
  text,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Word extends model("words", {
  id: identity({ always: true }).primaryKey(),
  name: text(),
  low: text().generatedAs(sql("lower(name)")),
  size: integer().generatedAs(sql("length(name)")),
}) {}
class Code extends model("codes", {
  name: text(),
  key: text().generatedAs(sql("upper(name)")).primaryKey(),
  number: serial(),
}) {}

Deno.test("the constructor refuses them, for the compiler and where nothing is checked", () => {
  const refused = (name: string) => `Model of table "words": the database generates "${name}": leave it out.`;
  // @ts-expect-error: a generated column
  assertThrows(() => new Word({ name: "a", low: "a" }), InvalidModelError, refused("low"));
  // @ts-expect-error: an identity column
  assertThrows(() => new Word({ id: 1, name: "a" }), InvalidModelError, refused("id"));
  const values = { name: "a", low: "a" };
  // @ts-expect-error: a generated column, in values from elsewhere
  assertThrows(() => new Word(values), InvalidModelError, refused("low"));
  const word = new Word({ name: "a" });
  // @ts-expect-error: it cannot be assigned
  word.low = "b";
  // @ts-expect-error: nor can the key
  word.id = 3;
  const text: string = word.low; // but read, as its type
  assertEquals(text, "b");
});

database.test("INSERT and UPDATE return generated values, and never set them", async (url) => {
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  const sent: string[] = [];
  engine.events.on("send", ({ sql }) => sent.push(sql));
  const made = sessionmaker(engine);
  const words = [new Word({ name: "Sea" }), new Word({ name: "Sky" })];
  const look = () => words.map(({ id, name, low, size }) => [id, name, low, size]);
  await made.begin(async (session) => {
    session.addAll(words);
    await session.flush();
    assertEquals(look(), [[1, "Sea", "sea", 3], [2, "Sky", "sky", 3]]);
    words[0].name = "Seas";
    await session.flush();
    assertEquals(look()[0], [1, "Seas", "seas", 4]);
    for (const word of words) word.name += "!";
    await session.flush();
    assertEquals(look(), [[1, "Seas!", "seas!", 5], [2, "Sky!", "sky!", 4]]);
    (words[0] as { low: string }).low = "set by force";
    await session.flush();
  });
  assertEquals(sent.filter((text) => /^(WITH|INSERT|UPDATE)/.test(text)).map((text) => text.replace(/ FROM.*/, "")), [
    "WITH new AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('words', 'id')) AS id, source.*",
    "UPDATE words SET name = $1 WHERE id = $2 RETURNING id, low, size",
    "UPDATE words SET name = changed.name",
  ]);
  await made.begin(async (session) => {
    const one = new Word({ name: "One" });
    session.add(one);
    await session.flush();
    assertEquals([one.id, one.low], [3, "one"], "a single row");
    const lows = (await session.scalars(select(Word).columns("low").orderBy("id"))).all();
    assertEquals(lows, ["seas!", "sky!", "one"]);
    const copy = await session.merge(words[0]);
    assertEquals(copy.low, "set by force");
  });
  await made.begin(async (session) => {
    session.addAll([new Code({ name: "a" }), new Code({ name: "b" })]);
    await session.flush();
    const codes = (await session.scalars(select(Code).orderBy("key"))).all();
    assertEquals(codes.map(({ key, name, number }) => [key, name, number]), [["A", "a", 1], ["B", "b", 2]]);
    for (const code of codes) session.delete(code);
  });
  await using connection = await engine.connect();
  const error = await assertRejects(() => connection.execute("INSERT INTO words VALUES (9, 'x')"), DatabaseError);
  assertEquals(error.sqlstate, "428C9", "the server refuses them, too");
});
