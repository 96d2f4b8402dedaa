/** One-to-one relations: a unique foreign key on one side, an object or null on either side. */
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ForeignKeyViolationError,
  identity,
  integer,
  joinedload,
  MissingValueError,
  NotLoadedError,
  select,
  selectinload,
  text,
} from "../mod.ts";
import { EVERY_SESSION, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import { manyToOne, oneToOne } from "./relation.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();

class User extends base.model("users", { id: identity().primaryKey(), name: text() }) {
  declare profile: Profile | null;
  declare passport: Passport | null;
  static readonly relations = { profile: oneToOne(() => Profile), passport: oneToOne(() => Passport) };
}
class Profile extends base.model("profiles", {
  id: identity().primaryKey(),
  userId: integer().nullable().unique().references("users.id"),
}) {
  declare user: User | null;
  static readonly relations = { user: manyToOne(() => User) };
}
/** Its key is the foreign key; it declares no relation of its own. */
class Passport extends base.model("passports", { userId: integer().primaryKey().references("users.id"), no: text() }) {}

const profiles = ({ rows }: Fixture) => rows("SELECT id, user_id FROM profiles ORDER BY id");

/** Users 1 and 2 with profiles 1 and 2, and user 3 without. */
async function addUsers({ getSession, sent }: Fixture) {
  await getSession.begin((session) => {
    for (const name of ["sandy", "patrick"]) session.add(User.create({ name, profile: new Profile({}) }));
    session.add(new User({ name: "gary" }));
  });
  sent.length = 0;
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(
    database,
    driver,
    base.metadata,
    (sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql) ? undefined : sql,
  );
  const ids = (users: User[]) => users.map(({ profile }) => profile?.id ?? null);

  test("both sides agree before a flush, whichever is assigned", async (t) => {
    await using session = t.getSession();
    const [sandy, patrick, profile] = [new User({ name: "sandy" }), new User({ name: "patrick" }), new Profile({})];
    assertEquals(sandy.profile, null);
    sandy.profile = profile;
    assertStrictEquals(profile.user, sandy);
    profile.user = patrick;
    assertEquals([sandy.profile, patrick.profile], [null, profile]);
    sandy.passport = new Passport({ no: "7" });
    session.addAll([sandy, patrick]);
    await session.commit();
    assertEquals(await profiles(t), [[1, patrick.id]]);
    assertEquals(await t.rows("SELECT user_id, no FROM passports"), [[sandy.id, "7"]]);
  });

  test("selectinload: one SELECT more for any number of users", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const users = (await session.scalars(select(User).orderBy("id").options(selectinload("profile")))).all();
    assertEquals(t.sent, [
      'select "users"."id", "users"."name" from "users" order by "users"."id" asc',
      "SELECT profiles.id, profiles.user_id, profiles.user_id FROM profiles WHERE profiles.user_id = " +
      "ANY($1::integer[]) ORDER BY profiles.id",
    ]);
    assertEquals([ids(users), users[0].profile!.user], [[1, 2, null], users[0]]);
    assertThrows(() => users[0].passport, NotLoadedError, 'selectinload("passport")');
  });

  test("joinedload: the same SELECT, which repeats no row and needs no unique()", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const all = select(User).orderBy("id").options(joinedload("profile"), joinedload("passport"));
    assertEquals(ids((await session.scalars(all)).all()), [1, 2, null]);
    assertEquals(t.sent, [
      'select "users"."id", "users"."name", profiles_1.id, profiles_1.user_id, passports_1.user_id, passports_1.no ' +
      'from "users" left outer join profiles as profiles_1 on profiles_1.user_id = users.id left outer join passports ' +
      'as passports_1 on passports_1.user_id = users.id order by "users"."id" asc',
    ]);
  });

  test("join() filters by the other side", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const found = await session.scalars(select(User).join("profile").where("profile.id", "=", 2));
    assertEquals(found.all().map(({ name }) => name), ["patrick"]);
  });

  test("a profile that moves takes the place of another one, which loses its user", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const users = (await session.scalars(select(User).orderBy("id").options(selectinload("profile")))).all();
    const [first, second] = users.map(({ profile }) => profile!);
    users[0].profile = second;
    assertEquals([ids(users), first.user], [[2, null, null], null]);
    await session.commit();
    assertEquals(await profiles(t), [[1, null], [2, 1]]);
    first.user = users[2];
    users[2].profile = null;
    second.user = users[2];
    await session.flush();
    assertEquals([ids(users), await session.scalar(select(Profile).where("userId", "=", 3).columns("id"))], [[
      null,
      null,
      2,
    ], 2]);
    await session.rollback();
    assertEquals([ids(users), first.user], [[2, null, null], null]);
  });

  test("two users exchange their profiles in one UPDATE", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const [sandy, patrick] = (await session.scalars(select(User).orderBy("id").options(selectinload("profile")))).all();
    [sandy.profile, patrick.profile] = [patrick.profile, sandy.profile];
    await session.commit();
    assertEquals([await profiles(t), ids([sandy, patrick])], [[[1, 2], [2, 1]], [2, 1]]);
  });

  test("a foreign key that refuses NULL must not lose its object", async (t) => {
    await using session = t.getSession();
    const sandy = User.create({ name: "sandy", passport: new Passport({ no: "7" }) });
    session.add(sandy);
    await session.commit();
    sandy.passport = null;
    await assertRejects(
      async () => await session.flush(),
      MissingValueError,
      'was taken out of a relation, and its foreign key "userId" is not nullable',
    );
  });

  test("a deleted user leaves its profile behind; a foreign key that refuses NULL refuses the deletion", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const [sandy, patrick] = (await session.scalars(select(User).orderBy("id").options(selectinload("passport"))))
      .all();
    const profile = await session.getOne(Profile, 1);
    session.delete(sandy);
    await session.commit();
    assertEquals([await profiles(t), profile.user], [[[1, null], [2, 2]], null]);
    patrick.passport = new Passport({ no: "7" });
    await session.commit();
    session.delete(patrick);
    await assertRejects(async () => await session.flush(), ForeignKeyViolationError, "fk_passports_user_id_users");
    await session.rollback();
    assertEquals([patrick.passport!.no, session.deleted.size], ["7", 0]);
  });

  test("assignment requires that the relation is loaded: what it replaces would not be known", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const [sandy] = (await session.scalars(select(User).orderBy("id"))).all();
    assertThrows(() => sandy.profile = new Profile({}), NotLoadedError, "User.profile is not loaded");
  });

  test("merge copies the object on the other side, and JSON shows it", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const detached = User.create({ id: 1, name: "sandy cheeks", profile: new Profile({ id: 2 }) });
    const merged = await session.merge(detached);
    assertEquals([merged.profile!.id, merged.profile!.user], [2, merged]);
    await session.commit();
    assertEquals(await profiles(t), [[1, null], [2, 1]]);
    assertEquals(JSON.parse(JSON.stringify(merged)), {
      id: 1,
      name: "sandy cheeks",
      profile: { id: 2, userId: 1, user: { id: 1 } },
    });
  });
}

Deno.test("types: a oneToOne is an object or null", () => {
  const neverCalled = (user: User) => {
    // @ts-expect-error a user is no profile
    user.profile = new User({ name: "sandy" });
    // @ts-expect-error there is at most one
    user.profile = [];
    select(User).options(joinedload("profile", selectinload("user")));
    // @ts-expect-error a profile has no such relation
    select(User).options(joinedload("profile", selectinload("owner")));
  };
  assertEquals(typeof neverCalled, "function");
});
