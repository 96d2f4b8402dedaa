/**
 * What relations hold after a flush, a commit and a rollback: the objects that a fresh session would load, or nothing.
 * They are those of SQLAlchemy 2.1 once a commit has expired its collections, unless a test says otherwise.
 */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { assertHeldRelations } from "../../testing/held_relations.ts";
import { EVERY_SESSION, firstWord, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { Label, Letter, metadata, Person } from "../../testing/mail.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { NotLoadedError, select, selectinload, type Session } from "../mod.ts";

const database = testDatabase(import.meta.url);

/** Flushes, compares, commits, and compares with what a fresh session loads. */
async function committed(session: Session, ...objects: object[]): Promise<void> {
  await session.flush();
  await assertHeldRelations(session, objects);
  await session.commit();
  await assertHeldRelations(session, objects);
  assertEquals([session.new.size, session.dirty.size, session.deleted.size], [0, 0, 0]);
  await session.commit();
}

/** Adds a person with letters, and loads them into another session, every relation too. */
async function loaded({ getSession }: Fixture, ...lines: string[]) {
  await getSession.begin((session) => {
    session.add(Person.create({ name: "sandy", letters: lines.map((line) => new Letter({ line })) }));
  });
  const session = getSession();
  const person = (await session.scalars(select(Person).options(selectinload("letters")))).one();
  const letters = [...person.letters].toSorted((a, b) => a.id - b.id);
  await session.commit();
  return { session, person, letters };
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, firstWord);

  for (const end of ["delete", "expunge"] as const) {
    test(`${end}: a new object that was added to a collection is in it no more`, async (t) => {
      const { session, person } = await loaded(t, "one");
      await using _ = session;
      const letter = new Letter({ line: "two" });
      person.letters.add(letter);
      session.add(letter);
      session[end](letter);
      assertEquals([session.new.size, session.dirty.size], [0, 0]);
      t.sent.length = 0;
      await session.flush();
      assertEquals([t.sent, person.letters.size], [[], 1]);
      await session.scalars(select(Person).options(selectinload("letters")));
      await committed(session, person);
      assertEquals(await t.rows("SELECT line FROM letters"), [["one"]]);
    });

    test(`${end}: nor from either side of a many-to-many relation`, async (t) => {
      const { session, letters: [letter] } = await loaded(t, "one");
      await using _ = session;
      await session.scalars(select(Letter).options(selectinload("labels")));
      const label = new Label({ name: "urgent" });
      letter.labels.add(label);
      session.add(label);
      session[end](label);
      assertEquals(session.dirty.size, 0);
      await committed(session, letter);
      assertEquals(letter.labels.all(), []);
    });
  }

  test("an object that was taken out and added again is written with its relations", async (t) => {
    const { session, person } = await loaded(t);
    await using _ = session;
    const letter = new Letter({ line: "one" });
    const label = new Label({ name: "urgent" });
    person.letters.add(letter);
    letter.labels.add(label);
    session.add(letter);
    session.expunge(letter);
    session.expunge(label);
    assertEquals(session.dirty.size, 0);
    session.addAll([letter, label]);
    await committed(session, person, letter, label);
    assertEquals([person.letters.all(), letter.labels.all(), label.letters.all()], [[letter], [label], [letter]]);
  });

  test("a detached object is written again once it is added to a collection", async (t) => {
    const { session, person, letters: [letter] } = await loaded(t, "one");
    await using _ = session;
    session.delete(letter);
    await session.commit();
    const other = await t.getSession.begin((own) => {
      const found = new Letter({ line: "two" });
      own.add(found);
      return found;
    });
    person.letters.add(other);
    await committed(session, person, other);
    assertEquals(await t.rows("SELECT line, person_id FROM letters"), [["two", person.id]]);
  });

  test("what refers to a new object by its foreign key is in its collection, and can be removed", async (t) => {
    await using session = t.getSession();
    const person = new Person({ name: "sandy" });
    session.add(person);
    await session.flush();
    const letter = new Letter({ line: "one", personId: person.id });
    session.add(letter);
    await committed(session, person, letter); // nobody has asked for the collection before
    assertEquals(person.letters.all(), [letter]);
    const other = new Letter({ line: "two", personId: person.id });
    session.add(other);
    assertEquals(person.letters.delete(other), true);
    await session.flush();
    assertEquals(person.letters.delete(letter), true);
    await committed(session, person, letter, other);
    assertEquals(await t.rows("SELECT person_id FROM letters"), [[null], [null]]);
  });

  test("a deleted object leaves the collections and the references that were loaded", async (t) => {
    const { session, person, letters } = await loaded(t, "one", "two");
    await using _ = session;
    const [one, two] = letters;
    const label = new Label({ name: "urgent" });
    for (const letter of letters) label.letters.add(letter);
    one.answered = two;
    session.add(label);
    await session.commit();
    session.delete(one);
    await committed(session, person, two, label);
    assertEquals([person.letters.all(), label.letters.all(), two.answers.isLoaded], [[two], [two], false]);
    session.delete(person);
    await committed(session, two, label);
    assertEquals([two.personId, two.person], [null, null]);
  });

  test("what the server deletes or sets to NULL with a row leaves, too, and comes back with a rollback", async (t) => {
    const { session, person, letters } = await loaded(t, "one", "two", "three");
    await using _ = session;
    const [one, two, three] = letters;
    [two.answered, three.answered] = [one, two];
    await session.commit();
    const savepoint = await session.beginNested();
    session.delete(one);
    await session.flush();
    await assertHeldRelations(session, [person, ...letters]);
    assertEquals([person.letters.all(), await session.get(Letter, three.id)], [[], null]);
    await savepoint.rollback();
    await assertHeldRelations(session, [person, ...letters]);
    assertEquals([person.letters.size, two.answered], [3, one]);
    assertStrictEquals(await session.get(Letter, three.id), three);
    session.delete(person);
    await session.flush();
    await assertHeldRelations(session, letters);
    assertEquals([one.personId, session.dirty.size], [null, 0]);
    await session.rollback();
    await assertHeldRelations(session, [person, ...letters]);
    assertEquals([one.person, one.personId], [person, person.id]);
  });

  test("a foreign key that was assigned reaches the collections and the reference with the flush", async (t) => {
    const { session, person, letters: [letter] } = await loaded(t, "one");
    await using _ = session;
    const other = new Person({ name: "ann" });
    session.add(other);
    await session.flush();
    assertStrictEquals(letter.person, person);
    letter.personId = other.id;
    await committed(session, person, other, letter);
    assertStrictEquals(letter.person, other);
    assertEquals([person.letters.all(), other.letters.all()], [[], [letter]]);
    letter.personId = null;
    await committed(session, person, other, letter);
    assertEquals([letter.person, other.letters.all()], [null, []]);
    letter.personId = person.id;
    await session.flush();
    assertStrictEquals(letter.person, person);
    await session.rollback();
    await assertHeldRelations(session, [person, other, letter]);
  });

  test("an assigned foreign key takes precedence over a collection, in SQLAlchemy the collection does", async (t) => {
    const { session, person, letters: [letter] } = await loaded(t, "one");
    await using _ = session;
    const other = new Person({ name: "ann" });
    other.letters.add(letter);
    letter.personId = person.id;
    session.add(other);
    await committed(session, person, other, letter);
    assertEquals([person.letters.all(), other.letters.all()], [[letter], []]);
  });

  test("a row that a new object takes over has it in every relation", async (t) => {
    const { session, person, letters: [letter, answer] } = await loaded(t, "one", "two");
    await using _ = session;
    const label = Label.create({ name: "urgent", letters: [letter] });
    answer.answered = letter;
    session.add(label);
    await session.commit();
    session.delete(letter);
    const taker = new Letter({ id: letter.id, line: "three", personId: person.id });
    session.add(taker);
    await session.flush();
    await assertHeldRelations(session, [person, taker, answer, label]);
    assertEquals([person.letters.has(taker), label.letters.all()], [true, [taker]]);
    assertStrictEquals(answer.answered, taker);
    assertThrows(() => taker.answers.size, NotLoadedError);
    await session.rollback();
    await assertHeldRelations(session, [person, letter, answer, label]);
    assertStrictEquals(answer.answered, letter);
    assertEquals([person.letters.has(letter), label.letters.all()], [true, [letter]]);
  });

  test("a row that a new object takes over is in no collection that it was taken out of", async (t) => {
    const { session, letters: [letter] } = await loaded(t, "one");
    await using _ = session;
    const label = Label.create({ name: "urgent", letters: [letter] });
    session.add(label);
    await session.commit();
    label.letters.delete(letter);
    session.delete(letter);
    const taker = new Letter({ id: letter.id, line: "two" });
    session.add(taker);
    await committed(session, label, taker);
    assertEquals([label.letters.all(), await t.rows("SELECT * FROM letter_label")], [[], []]);
  });

  test("an object that was expunged makes room for the other one of its row", async (t) => {
    const { session, letters: [letter] } = await loaded(t, "one");
    await using _ = session;
    session.add(Label.create({ name: "urgent", letters: [letter] }));
    await session.commit();
    const held = (await session.scalars(select(Letter).options(selectinload("labels")))).one();
    session.expunge([...held.labels][0]);
    const other = (await session.scalars(select(Label))).one();
    other.letters.add(letter);
    await committed(session, held, other);
    assertEquals([held.labels.all().length, held.labels.has(other)], [1, true]);
  });

  test("a changed key reaches the rows that refer to it by ON UPDATE CASCADE, and their objects", async (t) => {
    const { session, letters: [letter] } = await loaded(t, "one");
    await using _ = session;
    await session.scalars(select(Letter).options(selectinload("labels")));
    const label = Label.create({ name: "urgent", letters: [letter] });
    session.add(label);
    await session.commit();
    label.name = "late";
    await committed(session, letter, label);
    assertEquals([letter.labels.all(), await t.rows("SELECT label FROM letter_label")], [[label], [["late"]]]);
  });

  test("rollback: a collection that was loaded after a flush is not loaded any more", async (t) => {
    const { session, person } = await loaded(t, "one");
    await using _ = session;
    const savepoint = await session.beginNested();
    session.add(new Letter({ line: "two", personId: person.id }));
    await session.scalars(select(Person).options(selectinload("letters")));
    assertEquals(person.letters.size, 2);
    await savepoint.rollback();
    await assertHeldRelations(session, [person]);
    await session.execute("INSERT INTO letters (line, person_id, pages) VALUES ('three', $1, '{}')", [person.id]);
    await session.scalars(select(Person).options(selectinload("letters")));
    assertEquals(person.letters.size, 2);
    await session.rollback();
    await assertHeldRelations(session, [person]);
  });

  test("rollback: a collection that was loaded before anything was written stays loaded", async (t) => {
    const { session, person } = await loaded(t, "one");
    await using _ = session;
    await session.scalars(select(Person).options(selectinload("letters")));
    person.letters.add(new Letter({ line: "two" }));
    await session.flush();
    await session.rollback();
    assertEquals(await assertHeldRelations(session, [person]), 1);
  });

  test("SQL that adds rows: what a new object holds is not known any more", async (t) => {
    await using session = t.getSession();
    const person = new Person({ name: "sandy" });
    session.add(person);
    await session.flush(); // nobody has asked for its letters
    await session.execute("INSERT INTO letters (line, person_id, pages) VALUES ('one', $1, '{}')", [person.id]);
    assertThrows(() => person.letters.size, NotLoadedError);
    await assertHeldRelations(session, [person]);
  });

  test("rollback: new objects hold what they did before they were written", async (t) => {
    await using session = t.getSession();
    const person = new Person({ name: "sandy" });
    session.add(person);
    await session.flush();
    session.add(new Letter({ line: "one", personId: person.id }));
    await session.flush();
    assertEquals(person.letters.size, 1);
    await session.rollback();
    assertEquals([person.letters.all(), person.letters.changes.size], [[], 0]);
    session.add(person);
    await committed(session, person);
    assertEquals(person.letters.all(), []);
  });

  test("an object that comes back has relations as far as nothing was written meanwhile", async (t) => {
    const { session, person, letters: [letter] } = await loaded(t, "one");
    session.expunge(person);
    session.delete(letter);
    await session.commit();
    session.add(person);
    await assertHeldRelations(session, [person]);
    assertThrows(() => person.letters.size, NotLoadedError);
    person.letters.add(new Letter({ line: "two" }));
    await session.commit();
    assertEquals(await t.rows("SELECT line, person_id FROM letters"), [["two", person.id]]);
    const again = (await session.scalars(select(Person).options(selectinload("letters")))).one();
    await session.close();
    await using other = t.getSession();
    other.add(again);
    assertEquals(again.letters.size, 1);
    await committed(other, again);
  });

  test("a removal from both ends, of a self-referential relation, too", async (t) => {
    const { session, letters: [one, two, three] } = await loaded(t, "one", "two", "three");
    await using _ = session;
    await session.scalars(select(Letter).options(selectinload("answers"), selectinload("answered")));
    one.answers.add(two).add(three);
    three.answers.add(one);
    await committed(session, one, two, three);
    two.answersId = three.id;
    one.answers.delete(three);
    await committed(session, one, two, three);
    assertEquals([one.answers.all(), three.answers.size], [[], 2]);
    assertStrictEquals(two.answered, three);
  });

  test("a collection takes other content: what stays is not written", async (t) => {
    const { session, person, letters: [one, two] } = await loaded(t, "one", "two");
    await using _ = session;
    const three = new Letter({ line: "three" });
    person.letters = [two, three] as never;
    assertEquals([person.letters.all(), one.person, three.person], [[two, three], null, person]);
    t.sent.length = 0;
    await session.flush();
    assertEquals(t.sent.filter((word) => word !== "BEGIN"), ["INSERT", "UPDATE"]);
    await committed(session, person, one, two, three);
    assertThrows(() => person.letters = [one, "four"] as never, TypeError, "Person.letters is for objects of Letter");
    assertEquals([person.letters.size, session.dirty.size], [2, 0]);
    person.letters = [...person.letters] as never;
    assertEquals(session.dirty.size, 0);
    await using unfilled = t.getSession();
    const other = (await unfilled.scalars(select(Person))).one();
    assertThrows(() => other.letters = [] as never, NotLoadedError);
  });

  test("merge: an empty collection that was given empties that of the row", async (t) => {
    const { session, person } = await loaded(t, "one");
    await using _ = session;
    const merged = await session.merge(Person.create({ id: person.id, name: "sandy", letters: [] }));
    assertStrictEquals(merged, person);
    assertEquals(person.letters.all(), []);
    await committed(session, person);
    assertEquals(await t.rows("SELECT person_id FROM letters"), [[null]]);
    const read = new Person({ id: person.id, name: "sandy" });
    assertEquals(read.letters.size, 0); // was only read
    person.letters.add(new Letter({ line: "two" }));
    await session.merge(read);
    assert(person.letters.size === 1);
  });
}
