/** `selectinload()` with conditions, an order and a limit of its own. */
import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { sql } from "kysely";
import {
  declarativeBase,
  FilteredCollectionError,
  integer,
  InvalidStatementError,
  joinedload,
  manyToOne,
  oneToMany,
  type Related,
  select,
  selectinload,
  type SessionMaker,
  text,
} from "../mod.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { metadata, Note, Team, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const withoutBegin = (sql: string) => sql.startsWith("BEGIN") ? undefined : sql;

const TOYS = ["ant", "ball", "car", "cat", "cup"];

/** Adds sandy with all toys, gary with two, and patrick with none; sandy and gary have notes. */
async function addUsers(getSession: SessionMaker): Promise<void> {
  const toys = TOYS.map((name) => new Toy({ name }));
  const sandy = User.create({ name: "sandy", toys });
  const gary = User.create({ name: "gary", toys: toys.slice(2, 4) });
  for (const line of ["a", "b", "c"]) sandy.notes.add(new Note({ line: `s ${line}` } as never));
  gary.notes.add(new Note({ line: "g a" } as never));
  await getSession.begin((session) => session.addAll([sandy, gary, new User({ name: "patrick" })]));
}

const byName = select(User).orderBy("name");
const names = (objects: Iterable<{ name: string }>) => [...objects].map(({ name }) => name);
const toysOf = (users: Iterable<User>) => [...users].map(({ toys }) => names(toys));

const shop = declarativeBase();

/** Has a composite key, and names that the SQL of a limit uses. */
class Owner extends shop.model("owners", { key1: integer().primaryKey(), position: integer().primaryKey() }) {
  declare parts: Related<Part>;
  static relations = { parts: oneToMany(() => Part) };
}

class Part extends shop.model("parts", {
  id: integer().primaryKey(),
  ownerKey: integer(),
  ownerPosition: integer(),
  position: text().nullable(),
}, {
  foreignKeys: [{ on: ["ownerKey", "ownerPosition"], references: () => Owner }],
}) {
  declare owner: Owner | null;
  static relations = { owner: manyToOne(() => Owner) };
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, withoutBegin);

  test("a condition: some objects, by one SELECT with it; the others are not known to the session", async ({ getSession, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    const some = byName.options(selectinload("toys", (toys) => toys.where("name", "like" as never, "c%" as never)));
    const starting = byName.options(selectinload("toys", (toys) => toys.where(({ eb }) => eb("name", "like", "c%"))));
    sent.length = 0;
    assertEquals(toysOf(await session.scalars(starting)).map((toys) => toys.sort()), [["car", "cat"], [], [
      "car",
      "cat",
      "cup",
    ]]);
    const toys = ["id", "name", "created_at", "updated_on"].map((name) => `"toys"."${name}"`).join(", ");
    assertEquals(sent.slice(1), [
      `select ${toys}, user_toy.user_id from "toys" join user_toy as user_toy on user_toy.toy_id = toys.id ` +
      `where "toys"."name" like $1 and user_toy.user_id = any($2::uuid[]) order by toys.id`,
    ]);
    assertEquals((await session.scalars(some)).all().length, 3);
  });

  test("an order: all objects, sorted; the collection may be changed", async ({ getSession, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    const sorted = byName.options(selectinload("toys", (toys) => toys.orderBy("name", "desc")));
    const users = (await session.scalars(sorted)).all();
    assertEquals(toysOf(users), [["cat", "car"], [], TOYS.toReversed()]);
    assertEquals(sent.at(-1)!.split(" order by ")[1], '"toys"."name" desc, toys.id');
    users[1].toys.add(users[2].toys.all()[0]);
    await session.commit();
    assertEquals(names(users[1].toys), ["cup"]);
  });

  test("a limit is that of each collection, in its order", async ({ getSession, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    const top = byName.options(
      selectinload(
        "toys",
        (toys) => toys.where("name", "!=", "cup").orderBy(({ fn }) => fn("upper", ["name"]), "desc").limit(2),
      ),
      selectinload("notes", (notes) => notes.orderBy("line").offset(1).limit(1)),
    );
    sent.length = 0;
    const users = (await session.scalars(top)).all();
    assertEquals(toysOf(users), [["cat", "car"], [], ["cat", "car"]]);
    assertEquals(users.map(({ notes }) => [...notes].map(({ line }) => line)), [[], [], ["s b"]]);
    const columns = ["id", "name", "created_at", "updated_on"];
    assertEquals(sent.length, 3);
    assertEquals(
      sent[1],
      `select ${
        columns.map((name) => `toys.${name}`).join(", ")
      }, owners.key_1 from unnest($3::uuid[]) as owners(key_1) ` +
        `cross join lateral (select ${columns.map((name) => `"toys"."${name}"`).join(", ")}, ` +
        'row_number() over (order by upper("toys"."name") desc, toys.id) as "position" from "toys" ' +
        "join user_toy as user_toy on user_toy.toy_id = toys.id " +
        'where "toys"."name" != $1 and user_toy.user_id = owners.key_1 ' +
        'order by upper("toys"."name") desc, toys.id limit $2) as toys order by toys."position"',
    );
  });

  test("a collection with a condition or a limit is read-only; without one it is whole again", async ({ getSession }) => {
    await addUsers(getSession);
    await using session = getSession();
    const sandyOnly = byName.where("name", "=", "sandy");
    for (
      const option of [
        selectinload<User, "toys", []>("toys", (toys) => toys.where("name", "=", "car")),
        selectinload<User, "toys", []>("toys", (toys) => toys.limit(1)),
      ]
    ) {
      const sandy = (await session.scalars(sandyOnly.options(option))).one();
      assertEquals([sandy.toys.isFiltered, sandy.toys.size, session.dirty.size], [true, 1, 0]);
      assertThrows(() => sandy.toys.add(new Toy({ name: "x" })), FilteredCollectionError);
      assertThrows(() => sandy.toys.delete(sandy.toys.all()[0]), FilteredCollectionError);
      await session.scalars(sandyOnly.options(selectinload("toys")));
      assertEquals([sandy.toys.isFiltered, sandy.toys.size], [false, 5]);
    }
  });

  test("merge() copies no collection that was loaded with a condition: the others would be taken out", async ({ getSession, sent }) => {
    await addUsers(getSession);
    const some = byName.options(selectinload("toys", (toys) => toys.where("name", "=", "car")));
    const first = getSession();
    const users = (await first.scalars(some)).all();
    await first.close();
    await using session = getSession();
    sent.length = 0;
    for (const user of users) await session.merge(user);
    await session.commit();
    assertEquals(sent.map((sql) => sql.split(" ", 1)[0]), ["SELECT", "SELECT", "SELECT", "COMMIT"]);
  });

  test("relations of the objects: options after the query, or in it", async ({ getSession, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    const car = (await session.scalars(select(Toy).where("name", "=", "car"))).one();
    sent.length = 0;
    const after = byName.options(selectinload("toys", (toys) => toys.where("name", "=", "car"), selectinload("users")));
    const [gary, patrick, sandy] = (await session.scalars(after)).all();
    assertEquals([names(car.users).sort(), sent.length], [["gary", "sandy"], 3]);
    assertEquals([gary, patrick, sandy].map(({ toys }) => toys.all()), [[car], [], [car]]);
    const inside = byName.options(
      selectinload("toys", (toys) =>
        toys.limit(2).orderBy("name").options(
          joinedload("users", joinedload("team")),
          selectinload("users", (users) => users.where("name", "=", "gary")),
        )),
    );
    await session.scalars(inside);
    assertStrictEquals(sandy.toys.all()[0].users.isFiltered, true);
    const joined = byName.options(
      selectinload("toys", (toys) => toys.limit(3).orderBy("name").options(joinedload("users"))),
    );
    await session.scalars(joined);
    assertEquals(names(sandy.toys), ["ant", "ball", "car"]);
    assertEquals(names(car.users).sort(), ["gary", "sandy"]);
  });

  test("what makes no sense is refused before it is sent", async ({ getSession, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    const bad = [
      selectinload<User, "toys", []>("friend" as "toys", (friend) => friend.limit(1)),
      selectinload<User, "toys", []>(
        "toys",
        (toys) => (toys as never as ReturnType<typeof select<typeof Toy>>).distinct() as never,
      ),
      selectinload<User, "toys", []>(
        "toys",
        (toys) => (toys as never as ReturnType<typeof select<typeof Toy>>).withForUpdate() as never,
      ),
    ];
    for (const option of bad) {
      sent.length = 0;
      const error = await Promise.resolve().then(() => session.scalars(byName.options(option as never))).then(
        () => undefined,
        (error) => error,
      );
      assertInstanceOf(error, InvalidStatementError);
      assertEquals(sent.length, 1);
    }
    await assertRejects(
      async () =>
        await session.scalars(byName.options(selectinload<User, "toys", []>("toys", () => undefined as never))),
      TypeError,
      "The function of selectinload() returns the query that it is given, not undefined.",
    );
  });

  const inShop = sessionTest(database, driver, shop.metadata, withoutBegin);

  inShop("keys of several columns, and names that the SQL uses itself", async ({ getSession }) => {
    const owners = [1, 2].map((position) => new Owner({ key1: 1, position }));
    const parts = [1, 2, 3, 4].map((id) => {
      return new Part({ id, ownerKey: 1, ownerPosition: id % 2 + 1, position: id === 4 ? null : `p${id}` });
    });
    await getSession.begin((session) => session.addAll([...owners, ...parts]));
    await using session = getSession();
    const read = async (option: Parameters<ReturnType<typeof select<typeof Owner>>["options"]>[0]) => {
      const found = (await session.scalars(select(Owner).orderBy("position").options(option))).all();
      return found.map((owner) => [...owner.parts].map(({ id }) => id));
    };
    assertEquals(await read(selectinload("parts", (parts) => parts.where("position", "!=", "p1"))), [[2], [3]]);
    assertEquals(await read(selectinload("parts", (parts) => parts.orderBy("id", "desc").limit(1))), [[4], [3]]);
    const nullsFirst = (parts: Parameters<Parameters<typeof selectinload<Owner, "parts", []>>[1]>[0]) =>
      parts.orderBy("position", (by) => by.nullsFirst()).limit(1);
    assertEquals(await read(selectinload<Owner, "parts", []>("parts", nullsFirst)), [[4], [1]]);
    assertEquals(await read(selectinload("parts", (parts) => parts.orderBy(sql`-id`))), [[4, 2], [3, 1]]);
  });
}

Deno.test("types: the query knows the columns of the objects in the collection", () => {
  const neverCalled = () => {
    select(User).options(selectinload("toys", (toys) => toys.where("name", "=", "car").orderBy("name").limit(1)));
    select(Team).options(selectinload("members", selectinload("toys")));
    select(Team).options(
      selectinload("members", (members) => members.options(selectinload("toys", (toys) => toys.orderBy("name")))),
    );
    // @ts-expect-error there is no such column
    select(User).options(selectinload("toys", (toys) => toys.where("price", "=", 1)));
    // @ts-expect-error a name is a text
    select(User).options(selectinload("toys", (toys) => toys.where("name", "=", 1)));
    // @ts-expect-error a team is one object
    select(User).options(selectinload("team", (team) => team));
    // @ts-expect-error there is no such relation
    select(User).options(selectinload("cars", (cars) => cars));
    // @ts-expect-error a lock belongs to the statement
    select(User).options(selectinload("toys", (toys) => toys.withForUpdate()));
    // @ts-expect-error users have no such column
    select(Team).options(selectinload("members", (members) => members.orderBy("price")));
  };
  assertEquals(typeof neverCalled, "function");
});
