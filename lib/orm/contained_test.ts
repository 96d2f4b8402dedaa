/** `containsEager()`: relations filled by a join of the statement itself. */
import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { type Kysely, sql } from "kysely";
import {
  containsEager,
  eagerColumns,
  type Engine,
  FilteredCollectionError,
  InvalidStatementError,
  joinedload,
  select,
  selectinload,
  type SessionMaker,
  UniqueRequiredError,
} from "../mod.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { metadata, Note, Team, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const withoutBegin = (sql: string) => sql.startsWith("BEGIN") ? undefined : sql;

interface Tables {
  users: { id: string; name: string; team_id: number | null };
  notes: { id: number; user_id: string; line: string };
  teams: { id: number; name: string };
}

const kysely = (engine: Engine): Kysely<Tables> => engine.kysely<Tables>();

/** Adds sandy with three toys and two notes in a team, gary with one toy, and patrick. */
async function addUsers(getSession: SessionMaker): Promise<void> {
  const [car, cat, dog] = ["car", "cat", "dog"].map((name) => new Toy({ name }));
  const sandy = User.create({ name: "sandy", toys: [car, cat, dog], team: new Team({ name: "red" }) });
  for (const line of ["a", "b"]) sandy.notes.add(new Note({ line } as never));
  await getSession.begin((session) => {
    session.addAll([sandy, User.create({ name: "gary", toys: [car] }), new User({ name: "patrick" })]);
  });
}

const toys = select(User).join("toys").orderBy("name").orderBy("toys.name", "desc");
const names = (objects: Iterable<{ name: string }>) => [...objects].map(({ name }) => name);

Deno.test("containsEager: the columns of the join are added to those of the statement, and nothing else", () => {
  const statement = select(User).join("team").where("team.name", "=", "red");
  const [before, after] = statement.compile().sql.split(" from ");
  const team = ["id", "name", "captain_id", "created_at", "updated_on"].map((name) => `team.${name}`).join(", ");
  assertEquals(statement.options(containsEager("team")).compile().sql, `${before}, ${team} from ${after}`);
});

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, withoutBegin);

  test("a collection has what the join gives, in its order, by the same SELECT", async ({ getSession, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    sent.length = 0;
    const result = await session.scalars(toys.options(containsEager("toys")));
    assertThrows(() => result.all(), UniqueRequiredError);
    const users = result.unique().all();
    assertEquals(users.map((user) => [user.name, names(user.toys)]), [["gary", ["car"]], ["sandy", [
      "dog",
      "cat",
      "car",
    ]]]);
    assertEquals([users[1].toys.isFiltered, sent.length], [false, 1]);
    users[1].toys.delete(users[1].toys.all()[0]);
    await session.commit();
    assertEquals(names(users[1].toys), ["cat", "car"]);
  });

  test("a filtered join makes a filtered collection; a condition on the owners does not", async ({ getSession }) => {
    await addUsers(getSession);
    await using session = getSession();
    const read = async (statement: typeof toys) =>
      (await session.scalars(statement.options(containsEager("toys")))).unique().all().at(-1)!;
    const sandy = await read(toys.where("toys.name", "like", "c%"));
    assertEquals([names(sandy.toys), sandy.toys.isFiltered], [["cat", "car"], true]);
    assertThrows(() => sandy.toys.add(new Toy({ name: "x" })), FilteredCollectionError);
    for (
      const [statement, isFiltered] of [
        [toys.where("name", "=", "sandy"), false],
        [toys.where(({ eb, or }) => or([eb("users.name", "=", "sandy"), eb("version", "=", 7)])), false],
        [toys.where("name", "=", "sandy").limit(2), true],
        [toys.where(({ eb, ref }) => eb("name", "!=", ref("toys.name"))), true],
        [toys.where(sql<boolean>`true`), true],
      ] as const
    ) {
      assertStrictEquals(await read(statement), sandy);
      assertEquals(sandy.toys.isFiltered, isFiltered);
    }
  });

  test("a reference, with the relations of its object", async ({ getSession, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    sent.length = 0;
    const statement = select(User).join("team").where("team.name", "=", "red").options(
      containsEager("team", joinedload("captain"), selectinload("members")),
      joinedload("friend"),
    );
    const sandy = (await session.scalars(statement)).one();
    assertEquals([sandy.team?.name, sandy.team?.captain, sandy.friend], ["red", null, null]);
    assertEquals([names(sandy.team!.members), sent.length], [["sandy"], 2]);
  });

  test("beside joinedload() of another collection, with populateExisting(), and with a lock", async ({ getSession }) => {
    await addUsers(getSession);
    await using session = getSession();
    const both = toys.options(containsEager("toys"), joinedload("notes"));
    const [, sandy] = (await session.scalars(both)).unique().all();
    assertEquals([names(sandy.toys), sandy.notes.size], [["dog", "cat", "car"], 2]);
    await session.scalars(both.populateExisting());
    assertEquals([names(sandy.toys), sandy.notes.size], [["dog", "cat", "car"], 2]);
    await session.scalars(toys.options(containsEager("toys")).withForUpdate());
    assertEquals(names(sandy.toys), ["dog", "cat", "car"]);
  });

  test("a join of Kysely, also an outer one with an alias", async ({ getSession, engine, sent }) => {
    await addUsers(getSession);
    await using session = getSession();
    const db = kysely(engine);
    const query = db.selectFrom("users").leftJoin("notes as n", "n.user_id", "users.id").leftJoin(
      "teams",
      "teams.id",
      "users.team_id",
    )
      .selectAll("users").select(eagerColumns(User, "notes", "n")).select(eagerColumns(User, "team", "teams"))
      .orderBy("users.name").orderBy("n.line", "desc");
    sent.length = 0;
    const statement = select(User).fromStatement(query).options(containsEager("notes"), containsEager("team"));
    const [gary, patrick, sandy] = (await session.scalars(statement)).unique().all();
    assertEquals([gary.notes.size, patrick.team, sandy.team?.name], [0, null, "red"]);
    assertEquals([[...sandy.notes].map(({ line }) => line), sandy.notes.isFiltered], [["b", "a"], true]);
    assertEquals(sent, [query.compile().sql]);
  });

  test("what cannot be filled is refused before it is sent", async ({ getSession, sent }) => {
    await using session = getSession();
    for (
      const [statement, problem] of [
        [select(User).options(containsEager("toys")), 'containsEager("toys") needs .join("toys")'],
        [
          toys.limit(1).options(containsEager("toys"), joinedload("notes")),
          "a limit or DISTINCT would count rows of both",
        ],
        [
          select(User).join("team").options(containsEager("team", containsEager("members"))),
          `containsEager("members") is for a join to the statement's own table`,
        ],
      ] as const
    ) {
      const error = await Promise.resolve().then(() => session.scalars(statement)).then(
        () => undefined,
        (error) => error,
      );
      assertInstanceOf(error, InvalidStatementError);
      assertEquals(error.message.includes(problem), true, error.message);
    }
    assertEquals(sent, []);
    assertThrows(
      () => select(User).fromStatement("SELECT 1").options(containsEager("team", joinedload("captain"))),
      InvalidStatementError,
      "joinedload() cannot add a join",
    );
  });
}

Deno.test("types: containsEager() takes relations of the model", () => {
  const neverCalled = () => {
    select(User).join("toys").options(containsEager("toys", selectinload("users")));
    // @ts-expect-error there is no such relation
    select(User).join("toys").options(containsEager("cars"));
    // @ts-expect-error toys have no team
    select(User).join("toys").options(containsEager("toys", selectinload("team")));
  };
  assertEquals(typeof neverCalled, "function");
});
