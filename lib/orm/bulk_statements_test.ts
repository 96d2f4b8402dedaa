/** Objects of a session after UPDATE, DELETE, INSERT, MERGE of Kysely, a WITH that writes, and SQL. */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type Kysely, sql } from "kysely";
import { type Engine, NotLoadedError, select, selectinload, type Session, type SessionMaker } from "../mod.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { metadata, Note, Score, Team, Toy, User } from "../../testing/playground.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { writesOf } from "./table_writes.ts";

const database = testDatabase(import.meta.url);

/** The tables as Kysely knows them. */
interface Tables {
  users: { id: string; name: string; team_id: number | null; friend_id: string | null; version: number };
  teams: { id: number; name: string };
  notes: { id: number; user_id: string; line: string };
  toys: { id: string; name: string };
  user_toy: { user_id: string; toy_id: string };
  scores: { game: string; round: number; points: number };
}

const kysely = (engine: Engine): Kysely<Tables> => engine.kysely<Tables>();
/** BEGIN is sent with the first statement. */
const withoutBegin = (sql: string) => sql.startsWith("BEGIN") ? undefined : sql;

/** Adds sandy with two notes and a toy, and gary, both in a team. */
async function addUsers(getSession: SessionMaker) {
  const [sandy, gary] = ["sandy", "gary"].map((name) => new User({ name }));
  sandy.toys.add(new Toy({ name: "car" }));
  sandy.notes.add(new Note({ line: "a" } as never)).add(new Note({ line: "b" } as never));
  const team = Team.create({ name: "red", members: [sandy, gary] });
  await getSession.begin((session) => session.add(team));
  return { sandy: sandy.id, gary: gary.id, team: team.id };
}

/** Reads sandy with everything, and gary. */
async function readUsers(session: Session) {
  const statement = select(User).orderBy("name", "desc").options(
    selectinload("toys"),
    selectinload("notes"),
    selectinload("team", selectinload("members")),
  );
  return (await session.scalars(statement)).all();
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, withoutBegin);

  test("UPDATE: the objects have the new values, by the same statement; its caller sees what it would see", async ({ getSession, engine, sent }) => {
    const db = kysely(engine);
    await addUsers(getSession);
    await using session = getSession();
    const [sandy, gary] = await readUsers(session);
    sent.length = 0;
    const update = db.updateTable("users").set({ name: "Sandy", version: 5 }).where("name", "=", "sandy");
    const result = await session.execute(update);
    assertEquals([result.rowCount, result.command, result.columns, result.tuples().all()], [1, "UPDATE", [], []]);
    assertEquals([sandy.name, sandy.version, gary.name, session.dirty.size], ["Sandy", 5, "gary", 0]);
    const columns = ["id", "name", "team_id", "friend_id", "settings", "version", "created_at", "updated_on"];
    const returned = columns.map((name) => `users.${name} as ${name}`).join(", ");
    assertEquals(sent, [
      `with written as (${update.compile().sql} returning ${returned}) select counted.count, written.* from ` +
      "(select count(*)::float8 as count from written) as counted " +
      "left join written on written.id = ANY($4::uuid[])",
    ]);
    assertEquals([sandy.toys.size, sandy.team?.members.size], [1, 2]); // relations are as they were
    sandy.name = "again";
    await session.commit(); // its version is the one that was written
  });

  test("UPDATE: a statement that concerns no object of the session is sent as it is", async ({ getSession, engine, sent }) => {
    const db = kysely(engine);
    const { sandy } = await addUsers(getSession);
    await using session = getSession();
    const user = await session.getOne(User, sandy);
    sent.length = 0;
    const update = db.updateTable("toys").set({ name: "ball" });
    assertEquals((await session.execute(update)).rowCount, 1);
    assertEquals([sent, await session.get(User, sandy)], [[update.compile().sql], user]);
  });

  test("UPDATE: of thousands of rows only those of the session's objects are returned", async ({ getSession, engine }) => {
    const db = kysely(engine);
    const scores = Array.from({ length: 2_000 }, (_, round) => new Score({ game: "chess", round, points: 0 }));
    await getSession.begin((session) => session.addAll(scores));
    await using session = getSession();
    const score = await session.getOne(Score, { game: "chess", round: 7 });
    const other = await session.getOne(Score, { game: "chess", round: 8 });
    const change = db.updateTable("scores").set(({ eb, ref }) => ({ points: eb(ref("round"), "+", 1) }));
    assertEquals((await session.execute(change)).rowCount, 2_000);
    assertEquals([score.points, other.points], [8, 9]);
    assertEquals((await session.execute(change.where("round", "=", 9))).rowCount, 1);
    assertEquals((await session.execute(change.where("round", "=", -1))).rowCount, 0);
  });

  test("UPDATE and INSERT with a RETURNING of their own, also by an alias: its rows are the caller's", async ({ getSession, engine, sent }) => {
    const db = kysely(engine);
    const ids = await addUsers(getSession);
    await using session = getSession();
    const [sandy] = await readUsers(session);
    sent.length = 0;
    const update = db.updateTable("users as u").from("teams as t").whereRef("t.id", "=", "u.team_id")
      .where("u.id", "=", ids.sandy).set({ name: "Sandy" });
    const named = await session.execute(update.returning(["t.name as team", "u.id"]));
    assertEquals([named.all(), sandy.name], [[{ team: "red", id: ids.sandy }], "Sandy"]);
    const all = await session.execute(
      db.updateTable("users").set({ name: "S" }).where("id", "=", ids.sandy).returningAll(),
    );
    assertEquals([all.columns.length, all.one().name, sandy.name], [8, "S", "S"]);
    const upsert = db.insertInto("users").values({ id: ids.sandy, name: "upsert", version: 3 } as never)
      .onConflict((on) => on.column("id").doUpdateSet((eb) => ({ name: eb.ref("excluded.name") })));
    assertEquals(await session.scalar(upsert.returning("name")), "upsert");
    assertEquals((await session.execute(upsert)).rowCount, 1);
    assertEquals([sandy.name, sandy.version, sent.length], ["upsert", 1, 4]);
  });

  test("DELETE: the objects leave the session; a rollback restores them", async ({ getSession, engine, sent }) => {
    const db = kysely(engine);
    const ids = await addUsers(getSession);
    await using session = getSession();
    const [sandy, gary] = await readUsers(session);
    const [car] = sandy.toys;
    const [note] = sandy.notes;
    await session.commit();
    sent.length = 0;
    assertEquals((await session.execute(db.deleteFrom("users").where("name", "=", "sandy"))).rowCount, 1);
    assertEquals(sent.length, 1);
    assertEquals([await session.get(User, ids.sandy), await session.get(User, ids.gary)], [null, gary]);
    assertEquals([await session.get(Note, note.id), sent.length], [null, 3]); // deleted by its foreign key
    assertThrows(() => gary.team!.members.all(), NotLoadedError);
    assertStrictEquals(await session.get(Toy, car.id), car);
    sandy.name = "nobody writes this";
    await session.flush();
    assertEquals(sent.length, 3);

    await session.rollback();
    assertEquals([sandy.name, session.dirty.size], ["sandy", 0]);
    assertStrictEquals(await session.get(User, ids.sandy), sandy);
    const returned = await session.execute(db.deleteFrom("users").where("id", "=", ids.sandy).returning("name"));
    assertEquals(returned.all(), [{ name: "sandy" }]);
    assertEquals(await session.get(User, ids.sandy), null);
    await session.commit();
  });

  test("a savepoint that is rolled back: the objects are read again", async ({ getSession, engine }) => {
    const db = kysely(engine);
    const { sandy } = await addUsers(getSession);
    await using session = getSession();
    const user = await session.getOne(User, sandy);
    const savepoint = await session.beginNested();
    await session.execute(db.updateTable("users").set({ name: sql`name || '!'` }));
    assertEquals(user.name, "sandy!");
    await savepoint.rollback();
    assertStrictEquals(await session.get(User, sandy), user);
    assertEquals(user.name, "sandy");
  });

  test("pending changes are written before, or kept without autoflush", async ({ getSession, sessionsWith, engine, rows }) => {
    const db = kysely(engine);
    const ids = await addUsers(getSession);
    const update = db.updateTable("users").set({ version: 9, team_id: null });
    for (const autoflush of [true, false]) {
      await using session = sessionsWith({ autoflush })();
      const sandy = await session.getOne(User, ids.sandy);
      sandy.name = `sandy ${autoflush}`;
      await session.execute(update);
      assertEquals([sandy.name, sandy.version, sandy.teamId], [`sandy ${autoflush}`, 9, null]);
      assertEquals(session.dirty.size, autoflush ? 0 : 1);
      if (!autoflush) await session.execute("UPDATE users SET version = 11"); // it keeps the changes, and the old version
      if (autoflush) await session.commit();
    }
    assertEquals(await rows(`SELECT name FROM users WHERE id = '${ids.sandy}'`), [["sandy true"]]);
  });

  test("MERGE, SQL, a WITH that writes, and a new key: the objects of the tables are read again", async ({ getSession, engine }) => {
    const db = kysely(engine);
    const ids = await addUsers(getSession);
    const ways: [string, (session: Session, name: string) => Promise<unknown>][] = [
      ["SQL", (session, name) => session.execute("UPDATE users SET name = $1 WHERE id = $2", [name, ids.sandy])],
      [
        "a template",
        (session, name) => session.execute(sql`update only public.users set name = ${name} where id = ${ids.sandy}`),
      ],
      ["WITH", (session, name) =>
        session.execute(
          db.with("done", (q) => q.updateTable("users").set({ name }).where("id", "=", ids.sandy).returning("id"))
            .selectFrom("done").selectAll(),
        )],
      ["WITH SQL", (session, name) =>
        session.execute(
          db.with(
            "done",
            () => sql<{ id: string }>`(update users set name = ${name} where id = ${ids.sandy} returning id)`,
          )
            .selectFrom("done").selectAll(),
        )],
      [
        "SQL with WITH",
        (session, name) =>
          session.execute("/* */ WITH x AS (UPDATE users SET name = $1 WHERE id = $2 RETURNING 1) SELECT * FROM x", [
            name,
            ids.sandy,
          ]),
      ],
      ["MERGE", (session, name) =>
        session.execute(
          db.mergeInto("users").using("teams", "teams.id", "users.team_id").whenMatched().thenUpdateSet({ name }),
        )],
    ];
    for (const [how, write] of ways) {
      await using session = getSession();
      if (how === "MERGE") await session.execute(db.deleteFrom("users").where("id", "=", ids.gary)); // names are unique
      const sandy = (await readUsers(session)).find(({ id }) => id === ids.sandy)!;
      const [team, [car]] = [sandy.team!, sandy.toys];
      await write(session, how);
      assertEquals(sandy.toys.isLoaded, false, how);
      assertStrictEquals(await session.scalar(select(User).where("id", "=", ids.sandy)), sandy);
      assertEquals([sandy.name, team.name, car.name], [how, "red", "car"]);
    }
    await using session = getSession();
    const score = new Score({ game: "chess", round: 1, points: 5 });
    session.add(score);
    await session.flush();
    await session.execute(db.updateTable("scores").set({ round: 2 }));
    assertEquals(await session.get(Score, { game: "chess", round: 1 }), null);
  });

  test("objects of other tables, and their relations, stay as they are", async ({ getSession, engine, sent }) => {
    const db = kysely(engine);
    await addUsers(getSession);
    await using session = getSession();
    const [sandy] = await readUsers(session);
    sent.length = 0;
    await session.execute("INSERT INTO scores VALUES ('update users', 1, 1)");
    await session.execute("SELECT 'update users set name', name FROM users FOR UPDATE");
    await session.execute(db.insertInto("scores").values({ game: "go", round: 1, points: 1 } as never));
    await session.execute("CREATE TEMPORARY TABLE users_log (line text)");
    await session.execute("INSERT INTO users_log VALUES ('delete from users')");
    assertEquals([sandy.toys.size, sandy.notes.size, sandy.team?.members.size, sent.length], [1, 2, 2, 5]);
    await session.execute("TRUNCATE scores");
    assertThrows(() => sandy.toys.all(), NotLoadedError);
  });

  test("collections whose rows may be others by now are not loaded", async ({ getSession, engine }) => {
    const db = kysely(engine);
    const ids = await addUsers(getSession);
    const unloaded = async (write: (session: Session) => Promise<unknown>) => {
      await using session = getSession();
      const [sandy] = await readUsers(session);
      const team = sandy.team!;
      await write(session);
      return [["toys", sandy.toys], ["notes", sandy.notes], ["members", team.members]].flatMap(([name, collection]) =>
        (collection as typeof sandy.toys).isLoaded ? [] : [name]
      );
    };
    assertEquals(await unloaded((session) => session.execute(db.updateTable("users").set({ friend_id: null }))), []);
    assertEquals(await unloaded((session) => session.execute(db.updateTable("users").set({ team_id: null }))), [
      "members",
    ]);
    assertEquals(await unloaded((session) => session.execute(db.deleteFrom("user_toy"))), ["toys"]);
    assertEquals(await unloaded((session) => session.execute(db.deleteFrom("toys"))), ["toys"]);
    assertEquals(await unloaded((session) => session.execute("DELETE FROM user_toy")), ["toys"]);
    const note = { user_id: ids.gary, line: "new" } as never;
    assertEquals(await unloaded((session) => session.execute(db.insertInto("notes").values(note))), ["notes"]);
    assertEquals(
      await unloaded((session) => session.execute(db.updateTable("users").set({ name: "x" }).where("id", "is", null))),
      [],
    );
  });

  test("synchronizeSession: expire reads again, false leaves the objects", async ({ getSession, engine, sent }) => {
    const db = kysely(engine);
    const ids = await addUsers(getSession);
    await using session = getSession();
    const [sandy] = await readUsers(session);
    const update = (name: string) => db.updateTable("users").set({ name }).where("id", "=", ids.sandy);
    sent.length = 0;
    await session.execute(update("a"), [], { synchronizeSession: false });
    await session.execute("UPDATE users SET name = 'b' WHERE id = $1", [ids.sandy], { synchronizeSession: false });
    assertEquals([sandy.name, sandy.toys.size], ["sandy", 1]);
    await session.execute(update("c"), [], { synchronizeSession: "expire" });
    assertEquals(sent, [
      update("a").compile().sql,
      "UPDATE users SET name = 'b' WHERE id = $1",
      update("c").compile().sql,
    ]);
    assertStrictEquals(await session.get(User, ids.sandy), sandy);
    assertEquals(sandy.name, "c");
    for (
      const [options, message] of [
        [
          { synchronizeSession: "no" },
          'execute(): synchronizeSession is "no"; it must be one of auto, expire, or false.',
        ],
        [{ synchronise: false }, 'execute(): there is no option "synchronise"'],
      ] as const
    ) {
      try {
        await session.execute("SELECT 1", [], options as never);
        assert(false);
      } catch (error) {
        assertEquals((error as Error).message.slice(0, message.length), message);
      }
    }
  });

  test("fromStatement: rows that a DELETE returns are objects that are not in the session any more", async ({ getSession, engine }) => {
    const db = kysely(engine);
    const ids = await addUsers(getSession);
    await using session = getSession();
    const [sandy] = await readUsers(session);
    for (const query of [db.deleteFrom("users").returningAll(), "DELETE FROM users RETURNING *"]) {
      const gone = (await session.scalars(select(User).fromStatement(query as never))).all();
      assertEquals(gone.map(({ name }) => name).sort(), ["gary", "sandy"]);
      assert(gone.includes(sandy));
      assertEquals([await session.get(User, ids.sandy), await session.get(User, ids.gary)], [null, null]);
      await session.rollback();
      assertStrictEquals(await session.get(User, ids.sandy), sandy);
    }
    const changed = db.updateTable("users").set({ name: "Sandy" }).where("id", "=", ids.sandy).returningAll();
    await readUsers(session);
    await session.scalars(select(User).fromStatement(changed));
    assertEquals([sandy.name, sandy.toys.size], ["Sandy", 1]);
  });
}

Deno.test("the tables that SQL writes are told by its words, not by what is quoted", () => {
  const told = (sql: string) =>
    writesOf(sql, undefined).map(({ kind, schema, table }) =>
      `${kind} ${schema ? `${schema}.` : ""}${table ?? "anything"}`
    );
  assertEquals(told("INSERT INTO heroes VALUES (1) ON CONFLICT DO UPDATE SET x = 1"), ["insert heroes"]);
  assertEquals(told(`update only "My ""Heroes""" set a = 1`), ['update My "Heroes"']);
  assertEquals(told("UPDATE Shop.Heroes SET a = 1; DELETE FROM toys"), ["update shop.heroes", "delete toys"]);
  assertEquals(told("WITH x AS (DELETE FROM toys RETURNING *) INSERT INTO old SELECT * FROM x"), [
    "delete toys",
    "insert old",
  ]);
  assertEquals(
    told("MERGE INTO heroes USING x ON true WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN DELETE"),
    ["merge heroes"],
  );
  assertEquals(told("TRUNCATE heroes"), ["any anything"]);
  assertEquals(told("-- x\nCALL refresh()"), ["any anything"]);
  assertEquals(told("SELECT 1; DO $$ begin update heroes set a = 1; end $$"), ["any anything"]);
  assertEquals(told("SELECT * FROM heroes FOR UPDATE"), []);
  assertEquals(told("SELECT * FROM heroes FOR NO KEY UPDATE OF heroes"), []);
  assertEquals(told("SELECT 'insert into heroes', \"update\" FROM heroes -- delete from heroes"), []);
});
