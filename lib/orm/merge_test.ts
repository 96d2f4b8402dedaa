/**
 * `session.merge()`: what is copied, what is left, and what is loaded for it.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { selectinload, StaleDataError } from "../mod.ts";
import { declarativeBase, identity, integer, select, text } from "../mod.ts";
import { sessionTest } from "../../testing/fixture.ts";
import { metadata, Note, Score, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();
class Page extends base.model("pages", {
  id: identity().primaryKey(),
  title: text(),
  version: integer().version(),
}) {}

for (const driver of ["pg", "postgres"]) {
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
    await assertRejects(() => session.merge({ name: "sandy" }), TypeError, "Only objects of models can be merged");
  });

  sessionTest(database, driver, base.metadata)("merge: an older version is refused", async ({ getSession }) => {
    const page = new Page({ title: "one" });
    await getSession.begin((session) => session.add(page));
    await getSession.begin(async (session) => void ((await session.getOne(Page, page.id)).title = "two"));
    page.title = "three";
    await using session = getSession();
    await session.merge(page);
    await assertRejects(() => session.commit(), StaleDataError);
  });
}
