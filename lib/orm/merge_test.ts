/**
 * `session.merge()`: what is copied, what is left, and what is loaded for it.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { selectinload, StaleDataError } from "../mod.ts";
import { declarativeBase, identity, integer, select, text } from "../mod.ts";
import { EVERY_SESSION, sessionTest, target } from "../../testing/fixture.ts";
import { metadata, Note, Score, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();
class Page extends base.model("pages", {
  id: identity().primaryKey(),
  title: text(),
  status: text().nullable().default(() => "new"),
  version: integer().version(),
}) {}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata);

  test("merge: onto the row's object, which is loaded; the given one stays outside", async ({ getSession, sent, rows }) => {
    const score = new Score({ game: "chess", round: 1, points: 1 });
    await getSession.begin((session) => session.add(score)); // detached from here on
    score.points = 5;
    await using session = getSession();
    sent.length = 0;
    const merged = await session.merge(score);
    assertEquals([merged === score, merged.points, [...session.dirty][0] === merged], [false, 5, true]);
    assertStrictEquals(await session.get(Score, { game: "chess", round: 1 }), merged);
    await session.commit();
    assertEquals(sent, ["BEGIN", "SELECT", "UPDATE", "COMMIT"]);
    assertEquals(await rows("SELECT points FROM scores"), [[5]]);
    const points: number = merged.points; // typed as what was given
    // @ts-expect-error no such attribute
    merged.level;
    assertEquals(points, 5);
  });

  test("merge: without a row, or without a key, a new object", async ({ getSession, rows }) => {
    await using session = getSession();
    const one = await session.merge(new Score({ game: "go", round: 2, points: 3 }));
    assertEquals(session.new.has(one), true);
    const user = new User({ name: "sandy" });
    const other = await session.merge(user);
    assertEquals([other === user, session.new.has(other)], [false, true]);
    assertStrictEquals(await session.merge(other), other); // it is in the session already
    const note = await session.merge(new Note({ userId: other.id, line: "hello" }));
    await session.commit();
    assertEquals([typeof note.id, await rows("SELECT count(*)::int FROM notes")], ["number", [[1]]]);
    assertEquals(await rows("SELECT points FROM scores"), [[3]]);
  });

  test("merge: what is the same is not written", async ({ getSession, sent }) => {
    const toy = new Toy({ name: "car" });
    await getSession.begin((session) => session.add(toy));
    await using session = getSession();
    const merged = await session.merge(toy);
    sent.length = 0;
    await session.flush();
    assertEquals([sent, merged.name], [[], "car"]);
  });

  test("merge: relations as far as they are given", async ({ getSession, rows }) => {
    const car = new Toy({ name: "car" });
    const ball = new Toy({ name: "ball" });
    await getSession.begin((session) => session.add(User.create({ name: "sandy", toys: [car, ball] })));
    const read = async () => {
      await using session = getSession();
      return (await session.scalars(select(User).options(selectinload("toys")))).one();
    };
    const owned = () => rows("SELECT name FROM toys JOIN user_toy ON toy_id = toys.id ORDER BY name");
    const given = await read();
    given.toys.delete([...given.toys].find(({ name }) => name === "ball")!);
    given.toys.add(new Toy({ name: "kite" }));
    [...given.toys][0].name = "truck";
    await using session = getSession();
    const merged = await session.merge(given);
    assertEquals(merged.toys.all().map(({ name }) => name).toSorted(), ["kite", "truck"]);
    await session.commit();
    assertEquals(await owned(), [["kite"], ["truck"]]);
    await using other = getSession();
    const plain = await other.getOne(User, given.id); // its toys are not loaded
    await other.close();
    plain.name = "sandra";
    await using third = getSession();
    await third.merge(plain);
    await third.commit();
    assertEquals([await owned(), await rows("SELECT name FROM users")], [[["kite"], ["truck"]], [["sandra"]]]);
  });

  test("merge: objects that refer to each other in a circle", async ({ getSession, rows }) => {
    const [a, b] = [new User({ name: "a" }), new User({ name: "b" })];
    a.friend = b;
    b.friend = a;
    await using session = getSession();
    const merged = await session.merge(a);
    assertStrictEquals(merged.friend?.friend, merged);
    await session.commit();
    const friends = "SELECT users.name, friends.name FROM users JOIN users AS friends ON friends.id = users.friend_id";
    assertEquals(await rows(`${friends} ORDER BY 1`), [["a", "b"], ["b", "a"]]);
  });

  test("merge: not of a model", async ({ getSession }) => {
    await using session = getSession();
    await assertRejects(
      async () => await session.merge({ name: "sandy" }),
      TypeError,
      "Only objects of models can be merged",
    );
  });

  const testPages = sessionTest(database, driver, base.metadata, target);

  testPages("merge: defaults and the version of a new object are not copied onto a row", async (t) => {
    const { getSession, rows } = t;
    await getSession.begin((session) => session.add(new Page({ id: 1, title: "one", status: "read" })));
    await using session = getSession();
    const page = await session.merge(new Page({ id: 1, title: "two" }));
    assertEquals([page.status, page.version], ["read", 1]);
    await session.commit();
    await session.merge(new Page({ id: 1, title: "three" })); // whatever its version is by now
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, ["UPDATE pages SET"]);
    assertEquals(await rows("SELECT * FROM pages"), [[1, "three", "read", 3]]);
    assertEquals([page.status, page.version], ["read", 3]);
  });

  testPages("merge: what its caller gave is copied, even if it equals the default", async ({ getSession, rows }) => {
    await getSession.begin((session) => {
      session.addAll([1, 2, 3].map((id) => new Page({ id, title: "one", status: "read" })));
    });
    const assigned = new Page({ id: 2, title: "two" });
    assigned.status = "new";
    await using session = getSession();
    for (const page of [new Page({ id: 1, title: "two", status: "new" }), assigned]) await session.merge(page);
    await session.merge(new Page({ id: 3, title: "two", status: null }));
    await session.commit();
    assertEquals(await rows("SELECT status FROM pages ORDER BY id"), [["new"], ["new"], [null]]);
  });

  testPages("defaults are given by the flush that inserts the row", async ({ getSession, rows, sent }) => {
    await using session = getSession();
    const page = await session.merge(new Page({ id: 100, title: "one" }));
    const pages = [new Page({ title: "two", status: null }), new Page({ title: "three" })];
    session.addAll(pages);
    assertEquals([page, ...pages].map(({ status, version }) => [status, version]), [
      [undefined as never, undefined as never],
      [null, undefined as never],
      [undefined as never, undefined as never],
    ]);
    sent.length = 0;
    await session.commit();
    assertEquals(sent.length, 2); // with the key, and without
    assertEquals([page, ...pages].map(({ status, version }) => [status, version]), [["new", 1], [null, 1], ["new", 1]]);
    assertEquals(session.dirty.size, 0);
    assertEquals(await rows("SELECT title, status, version FROM pages ORDER BY title"), [
      ["one", "new", 1],
      ["three", "new", 1],
      ["two", null, 1],
    ]);
  });

  testPages("merge: an older version is refused", async ({ getSession, engine }) => {
    const page = new Page({ title: "one" });
    await getSession.begin((session) => session.add(page));
    await engine.begin((other) => other.execute("UPDATE pages SET version = version + 1"));
    page.title = "three";
    await using session = getSession();
    await session.merge(page);
    await assertRejects(async () => await session.commit(), StaleDataError);
  });
}
