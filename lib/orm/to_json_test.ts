/** Objects and collections as JSON. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  array,
  bigint,
  bytea,
  declarativeBase,
  doublePrecision,
  EncodingError,
  identity,
  integer,
  joinedload,
  jsonb,
  manyToMany,
  NotLoadedError,
  numeric,
  type Related,
  select,
  selectinload,
  text,
  timestamptz,
} from "../mod.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { metadata as playground, Note, Team, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

const { model, metadata, associationTable } = declarativeBase();

class Sample extends model("samples", {
  id: bigint().primaryKey(),
  at: timestamptz(),
  bytes: bytea(),
  price: numeric(10, 2),
  ratio: doublePrecision(),
  counts: array(bigint()),
  notes: jsonb<unknown>(),
  exact: timestamptz({ as: "instant" }).nullable(),
  missing: text().nullable(),
}) {}

const follows = associationTable("follows", {
  followerId: integer().references("people.id"),
  followedId: integer().references("people.id"),
});

/** Knows others of its kind, and keeps a secret. */
class Person extends model("people", { id: identity().primaryKey(), name: text(), secret: text() }) {
  declare following: Related<Person>;
  static relations = {
    following: manyToMany(() => Person, { secondary: follows, from: "followerId", to: "followedId" }),
  };

  override toJSON() {
    const { secret: _, ...others } = super.toJSON();
    return others;
  }
}

/** What a client receives. */
const received = (value: unknown) => JSON.parse(JSON.stringify(value));
/** The attributes that the server sets are of no interest here. */
const shown = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (name, each) => ["createdAt", "updatedOn"].includes(name) ? undefined : each));

Deno.test("an object that was never in a session gives what it was given", () => {
  assertEquals(shown(new User({ id: "1", name: "sandy" })), { id: "1", name: "sandy" });
  const user = User.create({ id: "1", name: "sandy", toys: [new Toy({ id: "2", name: "car" })] });
  assertEquals(shown(user), { id: "1", name: "sandy", toys: [{ id: "2", name: "car", users: [{ id: "1" }] }] });
});

Deno.test("an object is no parameter, though it has a JSON form; in a JSON value it is one", () => {
  const user = new User({ id: "1", name: "sandy" });
  const sandy = select(User).where("settings", "=", user as never);
  assertStringIncludes(JSON.stringify(sandy.compile().parameters), '"name":"sandy"');
});

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata);

  test("values have the form that JSON can express", async ({ getSession }) => {
    const values = {
      id: 2n ** 60n,
      at: new Date(0),
      bytes: new Uint8Array([0, 255]),
      price: "1.10",
      ratio: Infinity,
      counts: [1n, 2n ** 60n],
      notes: { tags: ["a"], at: null },
      exact: Temporal.Instant.from("2026-01-31T12:00:00.000001Z"),
    };
    await getSession.begin((session) => session.add(new Sample(values)));
    await using session = getSession();
    const expected = {
      id: "1152921504606846976",
      at: "1970-01-01T00:00:00.000Z",
      bytes: "AP8=",
      price: "1.10",
      ratio: "Infinity",
      counts: ["1", "1152921504606846976"],
      notes: { tags: ["a"], at: null },
      exact: "2026-01-31T12:00:00.000001Z",
      missing: null,
    };
    assertEquals(received(await session.getOne(Sample, values.id)), expected);
  });

  test("an object cannot be sent as a parameter, nor can a collection", async ({ getSession, sent }) => {
    await using session = getSession();
    const person = new Person({ name: "sandy", secret: "squirrel" });
    const send = async (value: unknown) => await session.execute("SELECT $1::text", [value]);
    for (const value of [person, person.following]) {
      const error = await send(value).then(() => undefined, (error) => error);
      assert(error instanceof EncodingError, `${error}`);
    }
    assertEquals(sent, []);
  });

  test("a class leaves out what it hides, in collections of others, too", async ({ getSession }) => {
    const [a, b] = ["a", "b"].map((name) => new Person({ name, secret: "squirrel" }));
    a.following.add(b);
    await getSession.begin((session) => session.add(a));
    assertEquals(received(a), { id: a.id, name: "a", following: [{ id: b.id, name: "b" }] });
  });

  test("thirty people who follow each other are a text of finite length", async ({ getSession }) => {
    const people = Array.from({ length: 30 }, (_, index) => new Person({ name: `${index}`, secret: "" }));
    for (const person of people) for (const other of people) if (other !== person) person.following.add(other);
    await getSession.begin((session) => session.addAll(people));
    await using session = getSession();
    const [first] = (await session.scalars(select(Person).orderBy("id").options(selectinload("following")))).all();
    const { following } = received(first) as { following: Record<string, unknown>[] };
    const { following: theirs, ...second } = following[0] as { following: unknown[] };
    assertEquals([following.length, second, theirs.length], [29, { id: people[1].id, name: "1" }, 29]);
    assertEquals(theirs.slice(0, 2), [{ id: first.id }, { id: people[2].id, name: "2" }]);
  });

  test("people with equal JSON are different rows", async ({ getSession }) => {
    const same = [new Sample2({ name: "same" }), new Sample2({ name: "same" })];
    await getSession.begin((session) => session.addAll(same));
    await using session = getSession();
    assertEquals((await session.execute(select(Sample2))).unique().all().length, 2);
  });

  const withRelations = sessionTest(database, driver, playground, (sql) => sql);

  withRelations(
    "relations are given as far as they are loaded; nothing is sent for it",
    async ({ getSession, sent }) => {
      const [sandy, gary] = [new User({ name: "sandy" }), new User({ name: "gary" })];
      sandy.toys.add(new Toy({ name: "car" }));
      sandy.friend = gary;
      const team = Team.create({ name: "red", members: [sandy, gary] });
      await getSession.begin((session) => session.add(team));
      await using session = getSession();
      const byName = select(User).orderBy("name");
      const plain = { settings: null, version: 1, teamId: team.id };
      const [g, s] = [
        { id: gary.id, name: "gary", friendId: null, ...plain },
        { id: sandy.id, name: "sandy", friendId: gary.id, ...plain },
      ];
      const users = (await session.scalars(byName)).all();
      sent.length = 0;
      assertEquals(shown(users), [g, s]);
      assertThrows(() => JSON.stringify(users[0].toys), NotLoadedError, "User.toys is not loaded");
      assertEquals(sent, []);

      session.expire();
      await session.scalars(byName.options(selectinload("toys"), joinedload("friend")));
      const car = { id: sandy.toys.all()[0].id, name: "car" };
      assertEquals(shown(users), [{ ...g, friend: null, toys: [] }, {
        ...s,
        friend: { ...g, friend: null, toys: [] },
        toys: [car],
      }]);
      assertEquals(shown(users[1].toys), [car]);

      session.expire();
      const red = await session.scalar(select(Team).options(selectinload("members")));
      const inRed = { team: { id: team.id } };
      assertEquals(shown(red), {
        id: team.id,
        name: "red",
        captainId: null,
        members: [{ ...g, ...inRed }, { ...s, ...inRed }].sort((a, b) => a.id < b.id ? -1 : 1),
      });
    },
  );

  withRelations("a reference that was changed to another key is not given", async ({ getSession }) => {
    const [sandy, gary] = [new User({ name: "sandy" }), new User({ name: "gary" })];
    sandy.friend = gary;
    await getSession.begin((session) => session.add(sandy));
    await using session = getSession();
    const one = select(User).where("name", "=", "sandy").options(selectinload("friend"));
    const found = (await session.scalars(one)).one();
    assertEquals(shown(found).friend.name, "gary");
    found.friendId = null;
    assertEquals("friend" in shown(found), false);
  });
}

class Sample2 extends model("namesakes", { id: identity().primaryKey(), name: text() }) {
  override toJSON() {
    return { name: this.name };
  }
}

Deno.test("console and notebook show the columns of an object, and the objects of a collection", () => {
  const note = new Note({ userId: "1", line: "hello" });
  assertStringIncludes(Deno.inspect(note), 'line: "hello"');
  assertEquals(Deno.inspect(note).includes("toJSON"), false);
  const user = User.create({ id: "1", name: "sandy", toys: [new Toy({ id: "2", name: "car" })] });
  assertStringIncludes(Deno.inspect(user.toys), "Related [");
  assertStringIncludes(Deno.inspect(user.toys), 'name: "car"');
  assertEquals(Object.keys(user).includes("toys"), false);
});
