import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { ForeignKeyViolationError, NotLoadedError, select, selectinload, type Session } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { type Fixture, sessionTest, target } from "../../testing/fixture.ts";
import { metadata, Note, Score, Team, Toy, User } from "../../testing/playground.ts";

const database = testDatabase(import.meta.url);

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata, target);

  test("what an object refers to is written with it, in the order of the foreign keys", async (t) => {
    await using session = t.getSession();
    const car = new Toy({ name: "car" });
    const sandy = User.create({ name: "sandy", toys: [car], notes: [new Note({ line: "hi" } as never)] });
    session.add(sandy);
    assertEquals(session.new.size, 3);
    await session.commit();
    assertEquals(t.sent.toSorted(), [
      "INSERT INTO notes",
      "INSERT INTO toys",
      "INSERT INTO user_toy",
      "INSERT INTO users",
    ]);
    assert(t.sent.indexOf("INSERT INTO users") < t.sent.indexOf("INSERT INTO notes"));
    assertEquals(await t.rows("SELECT user_id, toy_id FROM user_toy"), [[sandy.id, car.id]]);
    assertEquals(await t.rows("SELECT id, user_id FROM notes"), [[1, sandy.id]]);
  });

  test("a key that the server makes is carried into the rows that refer to it", async (t) => {
    await using session = t.getSession();
    const team = new Team({ name: "squirrels" });
    const sandy = User.create({ name: "sandy", team });
    assertEquals([...team.members], [sandy]);
    session.add(sandy);
    await session.commit();
    assertEquals([team.id, sandy.teamId], [1, 1]);
    assertEquals(await t.rows("SELECT team_id FROM users"), [[1]]);
  });

  test("a circle of new rows is closed with an UPDATE", async (t) => {
    await using session = t.getSession();
    const sandy = new User({ name: "sandy" });
    const team = Team.create({ name: "squirrels", captain: sandy, members: [sandy] });
    session.add(team);
    await session.commit();
    assertEquals(await t.rows("SELECT t.captain_id, u.team_id FROM teams t JOIN users u ON u.id = t.captain_id"), [
      [sandy.id, team.id],
    ]);
    assertEquals(t.sent.filter((sql) => sql.startsWith("UPDATE")).length, 1);
  });

  test("rows of one table that refer to each other are one INSERT", async (t) => {
    await using session = t.getSession();
    const [sandy, spongebob] = [new User({ name: "sandy" }), new User({ name: "spongebob" })];
    sandy.friend = spongebob;
    spongebob.friend = sandy;
    session.addAll([sandy, spongebob]);
    await session.commit();
    assertEquals(t.sent, ["INSERT INTO users"]);
  });

  test("collections are followed: rows of the association come and go", async (t) => {
    const { userId, toyIds } = await addSandy(t, "car", "ball");
    await using session = t.getSession();
    const sandy = (await session.scalars(select(User).options(selectinload("toys")))).one();
    assertEquals([...sandy.toys].map(({ name }) => name).sort(), ["ball", "car"]);
    const car = [...sandy.toys].find(({ name }) => name === "car")!;
    sandy.toys.delete(car);
    sandy.toys.add(new Toy({ name: "kite" }));
    assertEquals([session.dirty.has(sandy), session.new.size], [true, 1]);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, ["INSERT INTO toys", "DELETE FROM user_toy", "INSERT INTO user_toy"]);
    const linked = await t.rows(`SELECT toy_id FROM user_toy WHERE user_id = '${userId}'`);
    assertEquals(linked.length, 2);
    assert(!linked.flat().includes(toyIds[0]));
  });

  test("a collection that was not loaded can be added to, but not read", async (t) => {
    await addSandy(t, "car");
    await using session = t.getSession();
    const sandy = (await session.scalars(select(User))).one();
    assertThrows(() => [...sandy.toys], NotLoadedError, `select(User).options(selectinload("toys"))`);
    assertThrows(() => sandy.toys.size, NotLoadedError);
    sandy.toys.add(new Toy({ name: "kite" }));
    await session.commit();
    assertEquals(await t.rows("SELECT count(*)::int FROM user_toy"), [[2]]);
  });

  test("an object in a relation to one is read as it was loaded, or says that it was not", async (t) => {
    await t.getSession.begin((session) => {
      session.add(User.create({ name: "sandy", team: new Team({ name: "squirrels" }) }));
      session.add(new User({ name: "loner" }));
    });
    await using session = t.getSession();
    const [loner, sandy] = (await session.scalars(select(User).orderBy("name"))).all();
    assertEquals(loner.team, null);
    assertThrows(() => sandy.team, NotLoadedError, `selectinload("team")`);
    await session.scalars(select(User).options(selectinload("team")));
    assertEquals(sandy.team?.name, "squirrels");
    sandy.team = null;
    await session.commit();
    assertEquals(await t.rows("SELECT count(*)::int FROM users WHERE team_id IS NULL"), [[2]]);
  });

  test("selectinload: one SELECT more for any number of owners; nested ones, too", async (t) => {
    await t.getSession.begin((session) => {
      const toys = ["car", "ball", "kite"].map((name) => new Toy({ name }));
      for (const name of ["a", "b", "c", "d"]) session.add(User.create({ name, toys }));
    });
    await using session = t.getSession();
    t.sent.length = 0;
    const users = (await session.scalars(select(User).options(selectinload("toys", selectinload("users"))))).all();
    assertEquals(t.sent.length, 3);
    assertEquals(users.map(({ toys }) => toys.size), [3, 3, 3, 3]);
    const [toy] = users[0].toys;
    assertEquals([...toy.users].length, 4);
    assertStrictEquals([...toy.users].find(({ id }) => id === users[0].id), users[0]);
  });

  test("both sides of a relation agree before anything is sent, and one row is written", async (t) => {
    await using session = t.getSession();
    const [sandy, car] = [new User({ name: "sandy" }), new Toy({ name: "car" })];
    sandy.toys.add(car);
    assert(car.users.has(sandy));
    car.users.add(sandy);
    session.add(car);
    await session.commit();
    assertEquals(await t.rows("SELECT count(*)::int FROM user_toy"), [[1]]);
    car.users.delete(sandy);
    assertEquals(sandy.toys.size, 0);
    await session.commit();
    assertEquals(await t.rows("SELECT count(*)::int FROM user_toy"), [[0]]);
  });

  test("delete: rows go in the reverse order of the foreign keys", async (t) => {
    await t.getSession.begin((session) => {
      session.add(
        User.create({ name: "sandy", team: new Team({ name: "squirrels" }), toys: [new Toy({ name: "car" })] }),
      );
    });
    await using session = t.getSession();
    const [sandy, team] = [await session.scalar(select(User)), await session.scalar(select(Team))];
    session.delete(team!);
    session.delete(sandy!);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, ["DELETE FROM users", "UPDATE users SET", "DELETE FROM teams"]);
    assertEquals(await session.get(User, sandy!.id), null);
  });

  test("delete: a row that others refer to by no relation of its model is refused, and comes back", async (t) => {
    await t.getSession.begin((session) => {
      const spongebob = new User({ name: "spongebob" });
      session.add(User.create({ name: "sandy", friend: spongebob }));
    });
    await using session = t.getSession();
    const friend = (await session.scalars(select(User).where("name", "=", "spongebob"))).one();
    session.delete(friend);
    await assertRejects(() => session.flush(), ForeignKeyViolationError);
    await session.rollback();
    assertEquals(session.deleted.size, 0);
    assertStrictEquals(await session.get(User, friend.id), friend);
  });

  test("keys of several columns are given as an object", async (t) => {
    await t.getSession.begin((session) => session.addAll([1, 2].map((round) => score(round, 10 * round))));
    await using session = t.getSession();
    const second = await session.get(Score, { game: "chess", round: 2 });
    assertEquals(second?.points, 20);
    second!.points = 21;
    session.delete(await session.getOne(Score, { game: "chess", round: 1 }));
    await session.commit();
    assertEquals(await t.rows("SELECT round, points FROM scores"), [[2, 21]]);
  });

  test("rows that change the same columns are one UPDATE, deleted ones one DELETE", async (t) => {
    await t.getSession.begin((session) => session.addAll(Array.from({ length: 50 }, (_, round) => score(round, 0))));
    await using session = t.getSession();
    const scores = (await session.scalars(select(Score).orderBy("round"))).all();
    for (const each of scores.slice(0, 30)) each.points = each.round;
    for (const each of scores.slice(30)) session.delete(each);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent, ["UPDATE scores SET", "DELETE FROM scores"]);
    assertEquals(await t.rows("SELECT count(*)::int, sum(points)::int FROM scores"), [[30, 435]]);
  });

  test("a change inside of a JSON value is noticed", async (t) => {
    await using session = t.getSession();
    const sandy = new User({ name: "sandy", settings: { sizes: [1] } });
    session.add(sandy);
    await session.commit();
    sandy.settings!.sizes!.push(2);
    await session.commit();
    assertEquals(await t.rows("SELECT settings FROM users"), [[{ sizes: [1, 2] }]]);
  });

  test("rollback returns objects to what they were, collections included; new ones leave the session", async (t) => {
    await addSandy(t, "car");
    await using session = t.getSession();
    const sandy = (await session.scalars(select(User).options(selectinload("toys")))).one();
    await session.commit();
    sandy.name = "changed";
    const kite = new Toy({ name: "kite" });
    sandy.toys.add(kite);
    await session.flush();
    sandy.name = "changed again";
    await session.rollback();
    assertEquals([sandy.name, [...sandy.toys].map(({ name }) => name)], ["sandy", ["car"]]);
    assertEquals([session.new.size, session.dirty.size], [0, 0]);
    assertEquals(await session.get(Toy, kite.id), null);
    session.add(kite);
    await session.commit();
    assertEquals(await t.rows("SELECT count(*)::int FROM toys"), [[2]]);
  });

  test("beginNested: rolled back to the savepoint, on the server and in the objects", async (t) => {
    await addSandy(t);
    await using session = t.getSession();
    const sandy = (await session.scalars(select(User))).one();
    sandy.name = "outer";
    {
      await using _savepoint = await session.beginNested();
      sandy.name = "inner";
      session.add(new Toy({ name: "lost" }));
      await session.flush();
    }
    assertEquals(sandy.name, "outer");
    {
      await using savepoint = await session.beginNested();
      session.add(new Toy({ name: "kept" }));
      await savepoint.commit();
    }
    await session.commit();
    assertEquals(await t.rows("SELECT u.name, t.name FROM users u, toys t"), [["outer", "kept"]]);
  });

  test("beginNested: an error inside costs only what is inside", async (t) => {
    await addSandy(t);
    await using session = t.getSession();
    const spongebob = new User({ name: "spongebob" });
    session.add(spongebob);
    const savepoint = await session.beginNested();
    session.add(new User({ name: "sandy" }));
    await assertRejects(() => session.flush());
    assertEquals(session.state, "failed");
    await savepoint.rollback();
    assertEquals(session.state, "active");
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM users ORDER BY name"), [["sandy"], ["spongebob"]]);
  });

  test("join: filters by the other side of a relation", async (t) => {
    await addSandy(t, "car");
    await t.getSession.begin((session) => session.add(User.create({ name: "b", toys: [new Toy({ name: "ball" })] })));
    await using session = t.getSession();
    const withCar = select(User).join("toys").where("toys.name", "=", "car");
    assertEquals((await session.scalars(withCar)).all().map(({ name }) => name), ["sandy"]);
  });

  test("columns: plain rows instead of objects", async (t) => {
    await addSandy(t);
    await using session = t.getSession();
    const statement = select(User).columns("name", "teamId");
    assertEquals((await session.execute(statement)).all(), [{ name: "sandy", teamId: null }]);
    const name: string | null = await session.scalar(select(User).columns("name"));
    assertEquals(name, "sandy");
  });
}

Deno.test("types: relations of a wrong kind do not compile", () => {
  const neverCalled = () => {
    // @ts-expect-error a toy is no user
    User.create({ name: "sandy", toys: [new User({ name: "spongebob" })] });
    // @ts-expect-error a name is required
    User.create({ toys: [] });
    // @ts-expect-error there is no such relation
    select(User).options(selectinload("cars"));
    // @ts-expect-error there is no such column on the other side
    select(User).join("toys").where("toys.colour", "=", "red");
    // @ts-expect-error a name is a text
    select(User).join("toys").where("toys.name", "=", 7);
    // @ts-expect-error there is no such column
    select(User).columns("colour");
  };
  const keys = (session: Session) => {
    session.get(User, "key");
    session.get(Score, { game: "chess", round: 1 });
    // @ts-expect-error the key is a text
    session.get(User, 7);
    // @ts-expect-error the key has two columns
    session.get(Score, { game: "chess" });
  };
  assertEquals([typeof neverCalled, typeof keys], ["function", "function"]);
});

function score(round: number, points: number): Score {
  return new Score({ game: "chess", round, points });
}

async function addSandy({ getSession, sent }: Fixture, ...toys: string[]) {
  const sandy = User.create({ name: "sandy", toys: toys.map((name) => new Toy({ name })) });
  const toyIds = [...sandy.toys].map(({ id }) => id);
  await getSession.begin((session) => session.add(sandy));
  sent.length = 0;
  return { userId: sandy.id, toyIds };
}
