import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  EncodingError,
  MissingValueError,
  PendingRollbackError,
  select,
  SessionClosedError,
  StaleDataError,
  UniqueViolationError,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { type Fixture, sessionTest } from "../../testing/fixture.ts";
import { Hero, metadata } from "../../testing/heroes.ts";

const database = testDatabase(import.meta.url);

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata);

  test("two heroes are added with one INSERT, and come back with what the server made", async (t) => {
    await using session = t.getSession();
    const [spongebob, sandy] = [new Hero({ name: "spongebob" }), new Hero({ name: "sandy" })];
    session.addAll([spongebob, sandy]);
    assertEquals(t.sent, []);
    await session.commit();
    assertEquals(t.sent.toSorted(), ["BEGIN", "COMMIT", "INSERT"]);
    assert(spongebob.createdAt instanceof Date && sandy.updatedOn instanceof Date);
    assertEquals(sandy.appSrc, null);
  });

  test("get() asks once: one row, one object", async (t) => {
    await addHeroes(t, "sandy");
    await using session = t.getSession();
    const [{ id }] = (await session.scalars(select(Hero))).all();
    t.sent.length = 0;
    const first = await session.get(Hero, id);
    assertStrictEquals(await session.get(Hero, id), first);
    assertEquals(t.sent, []); // it was in the identity map since the query
    assertEquals(await session.get(Hero, crypto.randomUUID()), null);
    assertEquals(t.sent, ["SELECT"]);
    assertEquals(first?.greeting(), "I am sandy");
  });

  test("execute, scalar and scalars read the same rows", async (t) => {
    await addHeroes(t, "sandy", "spongebob");
    await using session = t.getSession();
    const all = select(Hero).orderBy("name");
    const [sandy, spongebob] = (await session.scalars(all)).all();
    assertEquals([sandy.name, spongebob.name], ["sandy", "spongebob"]);
    assertStrictEquals(await session.scalar(all), sandy);
    assertStrictEquals((await session.execute(all.where("name", "=", "sandy"))).scalarOneOrNone(), sandy);
    assertEquals((await session.execute(all)).first(), { Hero: sandy });
    assertEquals(await session.scalar(all.where("name", "=", "nobody")), null);
  });

  test("a query sees what waits in the session: it is flushed first", async (t) => {
    await using session = t.getSession();
    const sandy = new Hero({ name: "sandy" });
    session.add(sandy);
    assertStrictEquals(await session.scalar(select(Hero)), sandy);
    assertEquals(t.sent, ["BEGIN", "INSERT", "SELECT"]);
  });

  test("a changed object is one UPDATE of the changed columns", async (t) => {
    await using session = t.getSession();
    const sandy = new Hero({ name: "sandy" });
    session.add(sandy);
    await session.commit();
    const before = sandy.updatedOn;
    t.sent.length = 0;
    sandy.appSrc = "notebook";
    await session.commit();
    assertEquals(t.sent, ["BEGIN", "UPDATE", "COMMIT"]);
    assert(sandy.updatedOn >= before);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, []);
  });

  test("what is not committed is rolled back on close", async (t) => {
    {
      await using session = t.getSession();
      session.add(new Hero({ name: "sandy" }));
      await session.flush();
    }
    assertEquals(await countHeroes(t), 0n);
  });

  test("a commit is all or nothing, and says what failed", async (t) => {
    await addHeroes(t, "sandy");
    await using session = t.getSession();
    session.addAll([new Hero({ name: "spongebob", appSrc: "x" }), new Hero({ name: "sandy" })]);
    const error = await assertRejects(() => session.commit(), UniqueViolationError);
    assertEquals(error.constraint, "uq_heroes_name");
    await assertRejects(() => session.commit(), PendingRollbackError, "Call session.rollback()");
    assertEquals(await countHeroes(t), 1n);
    await session.rollback();
    session.add(new Hero({ name: "patrick" }));
    await session.commit();
    assertEquals(await countHeroes(t), 2n);
  });

  test("a value that cannot be encoded stops the flush before anything is sent", async (t) => {
    await using session = t.getSession();
    session.addAll([new Hero({ name: "sandy", appSrc: "x" }), new Hero({ name: "nul \0" })]);
    t.sent.length = 0;
    const error = await assertRejects(() => session.commit(), EncodingError, "Parameter $2 cannot be sent");
    assert(/NUL character[^]*SQL: INSERT INTO heroes \(id, name\)/.test(error.message), error.message);
    assertEquals(t.sent, []);
  });

  test("a missing required value stops the flush before anything is sent", async (t) => {
    await using session = t.getSession();
    session.add(new Hero({ name: null as unknown as string }));
    const error = await assertRejects(() => session.commit(), MissingValueError);
    assertEquals([error.table, error.attribute], ["heroes", "name"]);
    assertEquals(t.sent, []);
  });

  test("a row that would lose a required value says so before anything is sent", async (t) => {
    await addHeroes(t, "sandy");
    await using session = t.getSession();
    const sandy = (await session.scalars(select(Hero))).one();
    sandy.name = null as unknown as string;
    const message =
      `The row of "heroes" with the key ${sandy.id} would lose its value of "name", which is not nullable.`;
    await assertRejects(async () => await session.flush(), MissingValueError, message);
  });

  test("an UPDATE that meets no row is an error, and nothing is committed", async (t) => {
    await addHeroes(t, "sandy");
    await using session = t.getSession();
    const sandy = (await session.scalars(select(Hero))).one();
    await session.commit();
    await t.engine.begin((connection) => connection.execute("DELETE FROM heroes"));
    sandy.name = "other";
    session.add(new Hero({ name: "patrick" }));
    await assertRejects(() => session.commit(), StaleDataError, `update in "heroes": id ${sandy.id}.`);
    assertEquals(await countHeroes(t), 0n);
  });

  test("a closed session says so", async (t) => {
    const session = t.getSession();
    await session.close();
    await session.close();
    await assertRejects(() => session.get(Hero, crypto.randomUUID()), SessionClosedError);
  });
}

async function addHeroes({ getSession, sent }: Fixture, ...names: string[]): Promise<void> {
  await using session = getSession();
  session.addAll(names.map((name) => new Hero({ name })));
  await session.commit();
  sent.length = 0;
}

async function countHeroes({ engine }: Fixture): Promise<bigint | null> {
  await using connection = await engine.connect();
  return (await connection.execute("SELECT count(*) FROM heroes")).scalar<bigint>();
}
