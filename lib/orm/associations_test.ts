/** Association tables: of a table with itself, and with more columns than the two keys of a relation. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  identity,
  integer,
  InvalidModelError,
  joinedload,
  now,
  select,
  selectinload,
  text,
  timestamptz,
} from "../mod.ts";
import { EVERY_SESSION, type Fixture, sessionTest, target } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToMany, oneToMany } from "./relation.ts";
import { relationsOf } from "./relations.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();

const follow = base.associationTable("follow", {
  followerId: integer().references("users.id"),
  followedId: integer().references("users.id"),
});
const toyTag = base.associationTable("toy_tag", {
  toyId: integer().references("toys.id"),
  tagId: integer().references("tags.id"),
  byId: integer().nullable().references("users.id"),
  weight: integer().default(() => 7),
  at: timestamptz().serverDefault(now()),
  note: text().nullable(),
});

class User extends base.model("users", { id: identity().primaryKey() }) {
  declare follows: Related<User>;
  declare followers: Related<User>;
  static readonly relations = {
    follows: manyToMany(() => User, { secondary: follow, from: "followerId", to: "followedId" }),
    followers: manyToMany(() => User, { secondary: follow, from: "followedId", to: "followerId" }),
  };
}
class Toy extends base.model("toys", { id: identity().primaryKey() }) {
  declare tags: Related<Tag>;
  static readonly relations = { tags: manyToMany(() => Tag, { secondary: toyTag }) };
}
class Tag extends base.model("tags", { id: identity().primaryKey() }) {
  declare toys: Related<Toy>;
  static readonly relations = { toys: manyToMany(() => Toy, { secondary: toyTag }) };
}

const follows = ({ rows }: Fixture) => rows("SELECT follower_id, followed_id FROM follow ORDER BY 1, 2");

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, base.metadata, target);

  test("both ends of an association of a table with itself agree before a flush, and are one row", async (t) => {
    await using session = t.getSession();
    const [sandy, patrick] = [new User({}), new User({})];
    sandy.follows.add(patrick);
    assertEquals([[...patrick.followers], [...patrick.follows]], [[sandy], []]);
    patrick.followers.add(sandy);
    session.add(sandy);
    await session.commit();
    assertEquals(await follows(t), [[sandy.id, patrick.id]]);
    patrick.followers.delete(sandy);
    assertEquals(sandy.follows.size, 0);
    sandy.follows.add(sandy);
    await session.commit();
    assertEquals(await follows(t), [[sandy.id, sandy.id]]);
  });

  test("each end is loaded and joined in its own direction", async (t) => {
    await t.getSession.begin((session) => {
      const [one, two, three] = [new User({}), new User({}), new User({})];
      one.follows.add(two).add(three);
      two.follows.add(three);
      session.addAll([one, two, three]);
    });
    const counts = (users: User[]) => users.map(({ follows, followers }) => [follows.size, followers.size]);
    for (const load of [selectinload, joinedload]) {
      await using session = t.getSession();
      const all = select(User).orderBy("id").options(load("follows"), load("followers"));
      assertEquals(counts((await session.scalars(all)).unique().all()), [[2, 0], [1, 1], [0, 2]]);
    }
    await using session = t.getSession();
    const followersOfThree = select(User).join("follows").where("follows.id", "=", 3).orderBy("id");
    assertEquals((await session.scalars(followersOfThree)).all().map(({ id }) => id), [1, 2]);
  });

  test("an association row is its two keys: further columns get their defaults, and are left as they are", async (t) => {
    await using session = t.getSession();
    const [toy, tag] = [new Toy({}), new Tag({})];
    toy.tags.add(tag);
    session.add(toy);
    await session.commit();
    const [[at, ...row]] = await t.rows("SELECT at, toy_id, tag_id, by_id, weight, note FROM toy_tag");
    assertEquals([at instanceof Date, row], [true, [toy.id, tag.id, null, 7, null]]);
    await session.execute("UPDATE toy_tag SET weight = 8, note = 'kept'");
    tag.toys.delete(toy);
    tag.toys.add(toy);
    await session.commit();
    assertEquals(await t.rows("SELECT weight, note FROM toy_tag"), [[8, "kept"]]);
    tag.toys.delete(toy);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, ["DELETE FROM toy_tag"]);
    assertEquals(await t.rows("SELECT weight FROM toy_tag"), []);
  });
}

Deno.test("the foreign keys of an association table are its primary key, unless it marks its own", () => {
  const keyOf = (table: { primaryKey: readonly { attribute: string }[] }) =>
    table.primaryKey.map(({ attribute }) => attribute);
  assertEquals([keyOf(follow), keyOf(toyTag)], [["followerId", "followedId"], ["toyId", "tagId"]]);
  const { associationTable } = declarativeBase();
  const own = associationTable("toy_tag", {
    id: identity().primaryKey(),
    toyId: integer().references("toys.id"),
    tagId: integer().references("tags.id"),
  });
  assertEquals(keyOf(own), ["id"]);
});

Deno.test("an association that cannot be resolved is refused, and says how it could be", () => {
  const { model, associationTable } = declarativeBase();
  class One extends model("ones", { id: integer().primaryKey() }) {}
  const refused = (relation: () => ReturnType<typeof manyToMany>, message: string) => {
    class Two extends Object.assign(class {}, { table: One.table }) {
      static readonly relations = { twos: relation() };
    }
    assertThrows(() => relationsOf(Two as never), InvalidModelError, message);
  };
  class Other extends model("others", { id: integer().primaryKey() }) {
    static readonly relations = { links: oneToMany(() => One) };
  }
  const link = associationTable("link", {
    aId: integer().references("ones.id"),
    bId: integer().references("ones.id"),
    otherId: integer().references("others.id"),
  });
  const required = associationTable("required", {
    aId: integer().references("ones.id"),
    otherId: integer().references("others.id"),
    weight: integer(),
  });
  refused(
    () => manyToMany(() => One, { secondary: link }),
    'the relation "twos" is between a table and itself: say which key of "link" refers to the owner and which to the ' +
      'objects in its collection, with { from, to }: "aId", "bId", "otherId"',
  );
  refused(
    () => manyToMany(() => Other, { secondary: link }),
    'for the relation "twos" there are several foreign keys from "link" to "ones": name one with { from }: "aId", "bId"',
  );
  refused(
    () => manyToMany(() => Other, { secondary: link, from: "aid" as never }),
    'for the relation "twos" "aid" is no foreign key from "link" to "ones": did you mean "aId"?',
  );
  refused(
    () => manyToMany(() => Other, { secondary: link, from: "aId" }),
    'the relation "twos" cannot give "bId" of "link" a value: give that column a default, or make "link" a model of ' +
      'its own, which "Two" reaches by a oneToMany',
  );
  refused(
    () => manyToMany(() => Other, { secondary: required }),
    'the relation "twos" cannot give "weight" of "required" a value',
  );
  refused(() => manyToMany(() => Other, {} as never), 'the relation "twos" needs the association table: { secondary }');
});
