/** `populateExisting()`: values of rows overwrite those of objects in the session. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { joinedload, select, selectinload, type SessionMaker } from "../mod.ts";
import { EVERY_SESSION, sessionTest, target } from "../../testing/fixture.ts";
import { metadata, Note, Team, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** Adds a user with a toy, in a team. */
async function addSandy(getSession: SessionMaker): Promise<User> {
  const sandy = User.create({ name: "sandy", toys: [new Toy({ name: "car" })] });
  await getSession.begin((session) => session.add(Team.create({ name: "red", members: [sandy] })));
  return sandy;
}

const byName = select(User).orderBy("name");

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, target);

  test("populateExisting: what another transaction wrote replaces what the session has, by the same SELECT", async ({ getSession, engine, sent }) => {
    const { id } = await addSandy(getSession);
    await using session = getSession();
    const sandy = await session.getOne(User, id);
    await session.commit(); // objects stay as they are
    await engine.begin((connection) => connection.execute("UPDATE users SET name = 'Sandy', version = 7"));
    assertStrictEquals(await session.scalar(byName), sandy);
    assertEquals(sandy.name, "sandy");
    sent.length = 0;
    assertStrictEquals(await session.scalar(byName.populateExisting()), sandy);
    assertEquals([sandy.name, sandy.version, session.dirty.size, sent.length], ["Sandy", 7, 0, 1]);
    sandy.name = "again";
    await session.commit(); // the version that was read is the one that is checked
  });

  test("populateExisting: pending changes are flushed before, or lost without autoflush", async ({ getSession, sessionsWith, rows }) => {
    const { id, teamId } = await addSandy(getSession);
    const change = async (autoflush: boolean) => {
      const session = sessionsWith({ autoflush })();
      const sandy = (await session.scalars(byName.options(selectinload("toys")))).one();
      sandy.name = "new";
      sandy.team = new Team({ name: "blue" });
      sandy.toys.add(new Toy({ name: "ball" }));
      await session.scalar(byName.options(selectinload("toys")).populateExisting());
      return { session, sandy };
    };
    {
      const { session, sandy } = await change(false);
      assertEquals([sandy.name, sandy.teamId, sandy.toys.size, session.dirty.size], ["sandy", teamId, 1, 0]);
      await session.commit();
      await session.close();
      assertEquals(await rows("SELECT name, team_id, version FROM users"), [["sandy", teamId, 1]]);
    }
    const { session, sandy } = await change(true);
    assertEquals([sandy.name, sandy.toys.size, session.dirty.size], ["new", 2, 0]);
    await session.commit();
    await session.close();
    assertEquals(await rows(`SELECT name, version FROM users WHERE id = '${id}'`), [["new", 2]]);
  });

  test("populateExisting: relations are forgotten, and loaded again as the statement says", async ({ getSession, engine, sent }) => {
    const { id } = await addSandy(getSession);
    await using session = getSession();
    const loads = byName.options(joinedload("team"), selectinload("toys"));
    const sandy = (await session.scalars(loads)).one();
    const { team } = sandy;
    const [car] = sandy.toys;
    await session.commit(); // objects stay as they are
    await engine.begin(async (connection) => {
      await connection.execute("UPDATE teams SET name = 'blue'");
      await connection.execute("UPDATE toys SET name = 'Car'");
      await connection.execute("INSERT INTO toys (id, name) VALUES (gen_random_uuid(), 'ball')");
      await connection.execute("INSERT INTO user_toy SELECT $1, id FROM toys WHERE name = 'ball'", [id]);
    });
    await session.scalars(loads);
    assertEquals([team!.name, sandy.toys.all().map(({ name }) => name).sort()], ["red", ["ball", "car"]]);
    sent.length = 0;
    await session.scalars(loads.populateExisting());
    assertEquals([team!.name, car.name, sandy.toys.size, sent.length], ["blue", "Car", 2, 2]);
    assertStrictEquals(sandy.team, team);
    await session.scalars(byName.populateExisting());
    assertEquals(sandy.toys.isLoaded, false);
    await session.commit();
  });

  test("populateExisting: a reference that is known is read again, and once for all that refer to it", async ({ getSession, engine, sent }) => {
    const sandy = await addSandy(getSession);
    await getSession.begin((session) => session.addAll(["a", "b"].map((line) => new Note({ userId: sandy.id, line }))));
    await using session = getSession();
    const team = (await session.scalars(select(Team))).one();
    await session.scalars(byName);
    await session.commit(); // objects stay as they are
    await engine.begin((connection) => connection.execute("UPDATE teams SET name = 'blue'"));
    sent.length = 0;
    await session.scalars(byName.options(selectinload("team"), selectinload("notes")));
    assertEquals([team.name, sent.length], ["red", 2]);
    sent.length = 0;
    await session.scalars(
      byName.options(selectinload("team", selectinload("members")), selectinload("notes")).populateExisting(),
    );
    assertEquals([team.name, sent.length], ["blue", 4]);
    assertEquals(team.members.all()[0].notes.size, 2); // a member that the same statement had loaded stays as it is
  });

  test("populateExisting: also objects of fromStatement(), without a question to the server", async ({ getSession, engine, sent }) => {
    const { id } = await addSandy(getSession);
    await using session = getSession();
    const sandy = await session.getOne(User, id);
    await session.commit(); // objects stay as they are
    await engine.begin((connection) => connection.execute("UPDATE users SET name = 'update'"));
    sent.length = 0;
    const query = select(User).fromStatement("SELECT * FROM users WHERE name = 'update'").populateExisting();
    assertStrictEquals(await session.scalar(query), sandy);
    assertEquals([sandy.name, sent], ["update", ["SELECT * FROM"]]);
  });
}
