/** Columns that a trigger sets or changes: `serverChanges()` brings their values back, keys included. */
import { assertEquals } from "@std/assert";
import { declarativeBase, identity, integer, select, text } from "../mod.ts";
import { EVERY_SESSION, firstWord, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Note extends model("notes", {
  id: identity().primaryKey(),
  title: text().serverChanges(),
  slug: text().serverChanges(),
  unmarked: integer().nullable(),
}) {}
/** Has a key that a trigger makes. */
class Part extends model("parts", { code: text().primaryKey().serverChanges(), name: text() }) {}

const TRIGGERS = `
CREATE OR REPLACE FUNCTION change_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.title := trim(NEW.title);
  NEW.slug := lower(NEW.title);
  NEW.unmarked := 7;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER change BEFORE INSERT OR UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION change_note();
CREATE OR REPLACE FUNCTION change_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.code := 'part ' || NEW.name;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER change BEFORE INSERT OR UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION change_part();`;

const makeTriggers = ({ engine }: Fixture) => engine.begin((connection) => connection.execute(TRIGGERS));

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, firstWord);

  test("INSERT and UPDATE of one row and of several return them, in no further statement", async (t) => {
    await makeTriggers(t);
    await using session = t.getSession();
    const notes = [" Sea ", " Sky "].map((title) => new Note({ title }));
    session.addAll(notes);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, ["BEGIN", "WITH", "COMMIT"]);
    assertEquals(notes.map(({ title, slug }) => [title, slug]), [["Sea", "sea"], ["Sky", "sky"]]);
    notes[0].unmarked = 1;
    await session.commit();
    assertEquals(notes[0].unmarked, 1, "of a column that is not marked nothing is known …");
    await session.refresh(notes[0]);
    assertEquals(notes[0].unmarked, 7, "… before refresh()");
    await session.commit();
    for (const note of notes) note.title += "! ";
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, ["BEGIN", "UPDATE", "COMMIT"]);
    assertEquals(notes.map(({ title, slug }) => [title, slug]), [["Sea!", "sea!"], ["Sky!", "sky!"]]);
    assertEquals(session.dirty.size, 0);
  });

  test("a key that a trigger makes and changes belongs to the object", async (t) => {
    await makeTriggers(t);
    await using session = t.getSession();
    const parts = ["a", "b"].map((name) => new Part({ name }));
    session.addAll(parts);
    await session.commit();
    assertEquals(parts.map(({ code }) => code), ["part a", "part b"]);
    for (const part of parts) part.name += "!";
    await session.commit();
    for (const part of parts) assertEquals(await session.get(Part, `part ${part.name}`), part);
    assertEquals((await session.scalars(select(Part).columns("code").orderBy("code"))).all(), ["part a!", "part b!"]);
  });
}
