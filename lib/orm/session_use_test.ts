/** Unusual and incorrect uses of a session. */
import * as kysely from "kysely";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { until } from "../../testing/until.ts";
import {
  AttachedObjectError,
  ConcurrentUseError,
  createEngine,
  DatabaseError,
  DetachedObjectError,
  EncodingError,
  LockTimeoutError,
  MissingValueError,
  NoResultFound,
  NotLoadedError,
  PendingRollbackError,
  PoolTimeoutError,
  select,
  selectinload,
  SessionClosedError,
  sessionmaker,
  StaleDataError,
  TransactionBegunError,
  UniqueViolationError,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { sessionTest } from "../../testing/fixture.ts";
import { metadata, Note, Score, Team, Toy, User } from "../../testing/playground.ts";

const database = testDatabase(import.meta.url);

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata);

  test("two tasks that share a session: the second is refused, both are named, and the session works on", async (t) => {
    await using session = t.getSession();
    const first = session.scalars(select(Toy));
    const error = await assertRejects(() => session.get(Toy, crypto.randomUUID()), ConcurrentUseError);
    assert(/is running execute\(\), called by .*session_use_test.ts:\d+.*; get\(Toy\), called by/.test(error.message));
    assertEquals(error.message.match(/session_use_test.ts/g)?.length, 2);
    assertEquals((await first).all(), []);
    const later = session.flush();
    const second = await assertRejects(() => session.get(Toy, crypto.randomUUID()), ConcurrentUseError);
    assert(/is running flush\(\), in the transaction begun by .*session_use_test.ts:\d+/.test(second.message));
    await later;
    session.add(new Toy({ name: "car" }));
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM toys"), [["car"]]);
  });

  test("close() waits for a call that nobody awaited", async (t) => {
    const session = t.getSession();
    session.add(new Toy({ name: "car" }));
    const forgotten = session.commit();
    await session.close();
    assertEquals(t.engine.poolStatus.held, 0);
    await forgotten;
    assertEquals(await t.rows("SELECT name FROM toys"), [["car"]]);
  });

  test("after close() everything is refused but close()", async (t) => {
    const session = t.getSession();
    await session.close();
    assertThrows(() => session.add(new Toy({ name: "car" })), SessionClosedError);
    assertThrows(() => session.diff(), SessionClosedError);
    for (const use of ["flush", "commit", "rollback", "begin", "beginNested"] as const) {
      await assertRejects(() => session[use](), SessionClosedError);
    }
    await session.close();
  });

  test("objects that are not in the session are refused", async (t) => {
    await using session = t.getSession();
    const car = new Toy({ name: "car" });
    assertThrows(() => session.delete(car), DetachedObjectError, "Cannot delete this Toy");
    assertThrows(() => session.expire(car), DetachedObjectError, "Cannot expire this Toy");
    assertThrows(() => session.expunge(car), DetachedObjectError, "Cannot expunge this Toy");
    await assertRejects(() => session.refresh(car), DetachedObjectError, "Cannot refresh this Toy");
    assertThrows(() => session.add({ name: "car" }), TypeError);
    assertEquals(session.state, "idle");
  });

  test("an object is in one session at a time, and takes its row along to the next", async (t) => {
    await using first = t.getSession();
    await using second = t.getSession();
    const car = new Toy({ name: "car" });
    first.add(car);
    assertThrows(() => second.add(car), AttachedObjectError);
    await first.commit();
    assertThrows(() => second.add(car), AttachedObjectError);
    first.expunge(car);
    car.name = "lorry";
    second.add(car);
    assertEquals([second.new.size, second.dirty.has(car)], [0, true]);
    await second.commit();
    assertEquals(await t.rows("SELECT name FROM toys"), [["lorry"]]);
    await second.close();
    await first.get(Toy, car.id);
    assertThrows(() => first.add(car), AttachedObjectError); // the session has another object of this row
  });

  test("expunge: changes are not written, also of an object that others refer to", async (t) => {
    await using session = t.getSession();
    const team = new Team({ name: "squirrels" });
    const sandy = User.create({ name: "sandy", team });
    session.add(sandy);
    await session.flush();
    team.name = "changed";
    session.expunge(team);
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM teams"), [["squirrels"]]);
    assert(await session.get(Team, team.id) !== team);
  });

  test("a new object that was taken out again is not written, although others refer to it", async (t) => {
    await using session = t.getSession();
    const [sandy, car] = [new User({ name: "sandy" }), new Toy({ name: "car" })];
    sandy.toys.add(car);
    session.add(sandy);
    session.delete(car);
    assertEquals(session.new.size, 1);
    await session.commit();
    assertEquals(await t.rows("SELECT (SELECT count(*)::int FROM toys), (SELECT count(*)::int FROM users)"), [[0, 1]]);
  });

  test("a deleted object stays deleted, although others still refer to it", async (t) => {
    await using session = t.getSession();
    const sandy = new User({ name: "sandy" });
    session.add(Team.create({ name: "squirrels", captain: sandy }));
    await session.commit();
    session.delete(sandy); // the server sets captain_id to null
    await session.commit();
    await session.commit();
    assertEquals(await t.rows("SELECT count(*)::int FROM users"), [[0]]);
  });

  test("an object that was rolled back does not come in again by a reference to it", async (t) => {
    await using session = t.getSession();
    const sandy = new User({ name: "sandy" });
    session.add(sandy);
    await session.commit();
    sandy.team = new Team({ name: "squirrels" });
    await session.flush();
    await session.rollback();
    assertEquals([sandy.teamId, sandy.team], [null, null]);
    await session.commit();
    assertEquals(await t.rows("SELECT count(*)::int FROM teams"), [[0]]);
  });

  test("what is wrong before anything is sent costs nothing: it is put right and committed", async (t) => {
    await using session = t.getSession();
    session.add(new Toy({ name: "earlier" }));
    await session.flush();
    const [toy, sandy] = [new Toy({ name: "nul \0" }), new User({ name: "sandy" })];
    session.addAll([toy, sandy]);
    t.sent.length = 0;
    await assertRejects(() => session.commit(), EncodingError);
    toy.name = "car";
    sandy.name = undefined as never;
    await assertRejects(() => session.flush(), MissingValueError);
    sandy.name = "sandy";
    sandy.settings = { sizes: [1n as never] };
    await assertRejects(() => session.commit(), EncodingError);
    assertEquals([t.sent, session.state, session.new.size], [[], "active", 2]);
    assertEquals(await t.rows("SELECT name FROM toys"), []); // also what was flushed before
    sandy.settings = null;
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM toys ORDER BY 1"), [["car"], ["earlier"]]);
    sandy.name = undefined as never;
    assertThrows(() => session.diff(), MissingValueError);
    sandy.settings = { sizes: [1n as never] };
    assertEquals(session.dirty.has(sandy), true);
  });

  test("a value that cannot be encoded is found before the first statement, also where keys are awaited", async (t) => {
    await using session = t.getSession();
    session.add(User.create({ name: "nul \0", team: new Team({ name: "squirrels" }) }));
    await assertRejects(() => session.commit(), EncodingError);
    assertEquals([t.sent, session.state], [[], "idle"]);
  });

  test("a pool without a free connection leaves the session as it was", async (t) => {
    await using engine = createEngine(t.engine.url, { poolSize: 1, maxOverflow: 0, poolTimeout: 0.05 });
    await using session = sessionmaker(engine)();
    session.add(new Toy({ name: "car" }));
    {
      await using _held = await engine.connect();
      await assertRejects(() => session.commit(), PoolTimeoutError);
      assertEquals([session.state, session.new.size], ["idle", 1]);
    }
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM toys"), [["car"]]);
  });

  test("begin() sets isolation level and access; a second is refused; a refused write fails the session", async (t) => {
    await using session = t.getSession();
    await session.begin({ isolationLevel: "SERIALIZABLE", readOnly: true });
    assertEquals(session.state, "active");
    await assertRejects(() => session.begin(), TransactionBegunError);
    const setting = async (name: string) => (await session.execute({ ...sql(`SHOW ${name}`) })).scalar();
    assertEquals(await setting("transaction_isolation"), "serializable");
    assertEquals(await setting("transaction_read_only"), "on");
    session.add(new Toy({ name: "car" }));
    const error = await assertRejects(() => session.flush(), DatabaseError, "read-only");
    assertEquals([error.sqlstate, session.state], ["25006", "failed"]);
    await assertRejects(() => session.commit(), PendingRollbackError);
    await session.rollback();
    assertEquals(await setting("transaction_read_only"), "off"); // the options were those of one transaction
  });

  test("getSession.begin(): committed when the work returns, rolled back when it throws", async (t) => {
    assertEquals(await t.getSession.begin((session) => (session.add(new Toy({ name: "car" })), 7)), 7);
    await assertRejects(
      () =>
        t.getSession.begin(async (session) => {
          session.add(new Toy({ name: "ball" }));
          await session.flush();
          throw new Error("changed my mind");
        }),
      Error,
      "changed my mind",
    );
    assertEquals(await t.rows("SELECT name FROM toys"), [["car"]]);
    const level = t.getSession.begin(
      async (session) => (await session.execute(sql("SHOW transaction_isolation"))).scalar(),
      { isolationLevel: "REPEATABLE READ" },
    );
    assertEquals(await level, "repeatable read");
  });

  test("expireOnCommit false: the stale read; expire() and refresh() cure it", async (t) => {
    await using session = t.getSession();
    const car = new Toy({ name: "car" });
    session.add(car);
    await session.commit();
    await t.engine.begin((connection) => connection.execute("UPDATE toys SET name = 'lorry'"));
    assertEquals((await session.get(Toy, car.id))?.name, "car");
    assertStrictEquals(await session.scalar(select(Toy)), car);
    assertEquals(car.name, "car"); // a query does not overwrite an object either
    session.expire(car);
    assertEquals((await session.get(Toy, car.id))?.name, "lorry");
    car.name = "mine";
    await session.refresh(car);
    assertEquals([car.name, session.dirty.size], ["lorry", 0]);
    car.name = "mine";
    session.expire(); // takes back what was not written
    await session.scalars(select(Toy));
    assertEquals(car.name, "lorry");
    await session.commit();
    await t.engine.begin((connection) => connection.execute("DELETE FROM toys"));
    await assertRejects(() => session.refresh(car), NoResultFound);
  });

  test("expireOnCommit true: objects and relations are read anew after a commit", async (t) => {
    await using session = sessionmaker(t.engine, { expireOnCommit: true })();
    const sandy = User.create({ name: "sandy", team: new Team({ name: "squirrels" }) });
    session.add(sandy);
    await session.commit();
    await t.engine.begin((connection) =>
      connection.execute("UPDATE users SET name = 'changed'; UPDATE teams SET name = 'x'")
    );
    assertStrictEquals(await session.get(User, sandy.id), sandy);
    assertEquals(sandy.name, "changed");
    assertThrows(() => sandy.team, NotLoadedError);
    await session.scalars(select(User).options(selectinload("team")));
    assertEquals(sandy.team?.name, "x");
  });

  test("autoflush false: a query does not see what waits", async (t) => {
    await using session = sessionmaker(t.engine, { autoflush: false })();
    session.add(new Toy({ name: "car" }));
    assertEquals(await session.scalar(select(Toy)), null);
    await session.flush();
    assertEquals((await session.scalar(select(Toy)))?.name, "car");
  });

  test("withForUpdate: the second waits, passes over the row, or gives up at once", async (t) => {
    const score = new Score({ game: "chess", round: 1, points: 1 });
    await t.getSession.begin((session) => session.add(score));
    const key = { game: "chess", round: 1 };
    await using first = t.getSession();
    const mine = await first.getOne(Score, key, { withForUpdate: true });
    await using second = t.getSession();
    assertEquals(await second.get(Score, key, { withForUpdate: { skipLocked: true } }), null);
    assertEquals((await second.scalars(select(Score).withForUpdate({ skipLocked: true }))).all(), []);
    await assertRejects(() => second.get(Score, key, { withForUpdate: { noWait: true } }), LockTimeoutError);
    await second.rollback();
    await assertRejects(() => second.scalars(select(Score).withForUpdate({ noWait: true })), LockTimeoutError);
    await second.rollback();
    const stale = await second.getOne(Score, key);
    await second.commit();
    const waiting = second.scalars(select(Score).withForUpdate());
    await until("the second session waits", async () => {
      const count =
        "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
      return (await t.rows(count))[0][0] === 1;
    });
    mine.points = 2;
    await first.commit();
    assertStrictEquals((await waiting).one(), stale);
    assertEquals(stale.points, 2); // a locked row is read anew
  });

  test("a savepoint that is over does nothing, also to the next transaction", async (t) => {
    await using session = t.getSession();
    const savepoint = await session.beginNested();
    await session.commit();
    const car = new Toy({ name: "car" });
    session.add(car);
    await savepoint.rollback();
    assertEquals(session.new.has(car), true);
    await session.close();
    await savepoint.rollback();
  });

  test("a commit that fails inside of a savepoint leaves what is around it", async (t) => {
    await using session = t.getSession();
    session.add(new User({ name: "sandy" }));
    const savepoint = await session.beginNested();
    session.add(new User({ name: "sandy" }));
    await assertRejects(() => session.commit(), UniqueViolationError);
    await savepoint.rollback();
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM users"), [["sandy"]]);
  });

  test("a savepoint that fails within another: the outer one goes back to before both, and the rest is kept", async (t) => {
    await using session = t.getSession();
    const sandy = new User({ name: "sandy" });
    session.add(sandy);
    const outer = await session.beginNested();
    sandy.name = "cheeks";
    {
      await using _inner = await session.beginNested();
      session.add(new User({ name: "cheeks" }));
      await assertRejects(() => session.flush(), UniqueViolationError);
      assertEquals(session.state, "failed");
      await outer.rollback(); // and with it the inner one, whose block has nothing left to do
    }
    assertEquals([session.state, sandy.name, session.new.size], ["active", "sandy", 0]);
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM users"), [["sandy"]]);
  });

  test("a flush that fails after one that worked: the objects of both return to what they were", async (t) => {
    await using session = t.getSession();
    const sandy = new User({ name: "sandy" });
    session.add(sandy);
    await session.commit();
    sandy.name = "cheeks";
    const car = new Toy({ name: "car" });
    sandy.toys.add(car);
    await session.flush();
    car.name = "lorry";
    session.add(new User({ name: "cheeks" }));
    await assertRejects(() => session.flush(), UniqueViolationError);
    await session.rollback();
    assertEquals([sandy.name, car.name, sandy.toys.size, session.new.size, session.dirty.size], [
      "sandy",
      "car",
      0,
      0,
      0,
    ]);
    sandy.toys.add(car);
    await session.commit();
    assertEquals(await t.rows("SELECT u.name, t.name FROM user_toy JOIN users u ON u.id = user_id, toys t"), [
      ["sandy", "car"],
    ]);
  });

  test("two sessions delete one row: the second is told, and the row stays away", async (t) => {
    await using first = t.getSession();
    await using second = t.getSession();
    first.add(new Toy({ name: "car" }));
    await first.commit();
    const [mine, yours] = [(await first.scalars(select(Toy))).one(), (await second.scalars(select(Toy))).one()];
    assert(mine !== yours);
    await second.commit();
    first.delete(mine);
    await first.commit();
    second.delete(yours);
    await assertRejects(() => second.commit(), StaleDataError);
    await second.rollback();
    assertEquals([await t.rows("SELECT * FROM toys"), second.deleted.size], [[], 0]);
  });

  test("refresh(): what waits in a collection is lost, too", async (t) => {
    await using session = t.getSession();
    const [sandy, ann] = [new User({ name: "sandy" }), new User({ name: "ann" })];
    session.addAll([sandy, ann]);
    await session.commit();
    sandy.notes.add(new Note({ line: "hello" }));
    sandy.name = "cheeks";
    await session.refresh(sandy);
    assertEquals([sandy.name, sandy.notes.size, session.dirty.size], ["sandy", 0, 0]);
  });

  test("an object refers to one that was taken out before it got its key: nothing is sent", async (t) => {
    await using session = t.getSession();
    const team = new Team({ name: "squirrels" });
    session.add(User.create({ name: "sandy", team }));
    session.expunge(team);
    t.sent.length = 0;
    await assertRejects(() => session.commit(), DetachedObjectError, "Cannot refer to this Team");
    assertEquals([t.sent, session.state, session.new.size], [[], "idle", 1]);
    session.add(team);
    await session.commit();
    assertEquals(await t.rows("SELECT team_id FROM users"), [[team.id]]);
  });

  test("SQL by itself, in the transaction of the session: a text with parameters, and Kysely's template", async (t) => {
    await using session = t.getSession();
    session.add(new Toy({ name: "car" }));
    const like = "SELECT name FROM toys WHERE name LIKE $1";
    assertEquals((await session.execute<{ name: string }>(like, ["c%"])).all(), [{ name: "car" }]);
    assertEquals(await session.scalar(like, ["c%"]), "car");
    assertEquals(
      (await session.scalars(kysely.sql<{ name: string }>`SELECT name FROM toys WHERE name = ${"car"}`)).all(),
      [
        "car",
      ],
    );
    assertEquals(t.sent, ["BEGIN", "INSERT", "SELECT", "SELECT", "SELECT"]);
    await assertRejects(() => session.execute(undefined as never), TypeError, "takes an SQL text or a query of Kysely");
    assertEquals(session.state, "active");
  });

  test("an object changed while it is written is written again", async (t) => {
    await using session = t.getSession();
    const car = new Toy({ name: "car" });
    session.add(car);
    for (const name of ["lorry", "tractor"]) {
      const flushing = session.flush();
      car.name = name;
      await flushing;
      assertEquals(session.dirty.has(car), true);
    }
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM toys"), [["tractor"]]);
  });

  test("an object deleted or taken out while it is written stays so", async (t) => {
    await using session = t.getSession();
    const [car, ball] = [new Toy({ name: "car" }), new Toy({ name: "ball" })];
    session.addAll([car, ball]);
    await session.commit();
    car.name = ball.name = "changed";
    const flushing = session.flush();
    session.delete(car);
    session.expunge(ball);
    await flushing;
    assertEquals([session.deleted.has(car), session.dirty.size], [true, 0]);
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM toys"), [["changed"]]);
    assert(await session.get(Toy, ball.id) !== ball);
  });

  test("a collection changed while it is written: what was sent is written, the rest waits", async (t) => {
    await using session = t.getSession();
    const [sandy, car, ball] = [new User({ name: "sandy" }), new Toy({ name: "car" }), new Toy({ name: "ball" })];
    session.addAll([sandy, car, ball]);
    await session.flush();
    sandy.toys.add(car);
    const flushing = session.flush();
    sandy.toys.add(ball);
    sandy.toys.delete(car);
    await flushing;
    assertEquals([session.dirty.has(sandy), sandy.toys.all()], [true, [ball]]);
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM user_toy JOIN toys ON id = toy_id"), [["ball"]]);
    assertEquals([session.dirty.size, sandy.toys.all()], [0, [ball]]);
  });

  test("what was first read in a transaction that is rolled back is read anew, known objects are not", async (t) => {
    await t.getSession.begin((session) => session.addAll([new Toy({ name: "car" }), new Toy({ name: "ball" })]));
    await using session = t.getSession();
    const [ball] = (await session.scalars(select(Toy).where("name", "=", "ball"))).all();
    await session.commit();
    await session.execute(sql("UPDATE toys SET name = upper(name)"), [], { synchronizeSession: false });
    const car = (await session.scalars(select(Toy).where("name", "=", "CAR"))).one();
    await session.rollback();
    t.sent.length = 0;
    assertStrictEquals(await session.get(Toy, ball.id), ball);
    assertEquals(t.sent, []);
    assertStrictEquals(await session.get(Toy, car.id), car);
    assertEquals([ball.name, car.name], ["ball", "car"]);
  });

  test("what was first read in a savepoint that is rolled back is read anew", async (t) => {
    await t.getSession.begin((session) => session.addAll([new Toy({ name: "car" }), new Toy({ name: "ball" })]));
    await using session = t.getSession();
    const ball = (await session.scalars(select(Toy).where("name", "=", "ball"))).one();
    const savepoint = await session.beginNested();
    await session.execute(sql("UPDATE toys SET name = upper(name)"), [], { synchronizeSession: false });
    {
      await using inner = await session.beginNested();
      await session.scalars(select(Toy));
      await inner.commit();
    }
    await savepoint.rollback();
    t.sent.length = 0;
    assertStrictEquals(await session.get(Toy, ball.id), ball);
    assertEquals(t.sent, []);
    const names = (await session.scalars(select(Toy).orderBy("name"))).all().map(({ name }) => name);
    assertEquals(names, ["ball", "car"]);
  });

  test("rollback: a changed reference returns to its object", async (t) => {
    await using session = t.getSession();
    const [squirrels, badgers] = [new Team({ name: "squirrels" }), new Team({ name: "badgers" })];
    const sandy = User.create({ name: "sandy", team: squirrels });
    session.addAll([sandy, badgers]);
    await session.commit();
    sandy.team = badgers;
    await session.flush();
    assertEquals([squirrels.members.size, badgers.members.size], [0, 1]);
    await session.rollback();
    assertStrictEquals(sandy.team, squirrels);
    assertEquals([squirrels.members.all(), badgers.members.all()], [[sandy], []]);
    sandy.team = null;
    await session.rollback();
    assertStrictEquals(sandy.team, squirrels);
  });

  test("changes of collections are written once", async (t) => {
    await using session = t.getSession();
    const [sandy, car, team] = [new User({ name: "sandy" }), new Toy({ name: "car" }), new Team({ name: "squirrels" })];
    session.addAll([sandy, car, team]);
    await session.commit();
    sandy.toys.add(car);
    team.members.add(sandy);
    await session.commit();
    t.sent.length = 0;
    assertEquals(session.dirty.size, 0);
    await session.commit();
    assertEquals(t.sent, []);
    const badgers = new Team({ name: "badgers" });
    assertEquals(badgers.members.delete(sandy), false); // she was not in
    badgers.members.add(sandy);
    assertEquals([team.members.size, sandy.team], [0, badgers]);
  });

  test("an association that is not loaded: the last order counts", async (t) => {
    const sandy = User.create({ name: "sandy", toys: [new Toy({ name: "car" })] });
    await t.getSession.begin((session) => session.addAll([sandy, new Toy({ name: "ball" })]));
    await using session = t.getSession();
    const user = await session.getOne(User, sandy.id);
    const [ball, car] = (await session.scalars(select(Toy).orderBy("name"))).all();
    user.toys.add(car).delete(car);
    user.toys.delete(ball);
    user.toys.add(ball);
    await session.commit();
    assertEquals(await t.rows("SELECT name FROM user_toy JOIN toys ON id = toy_id"), [["ball"]]);
  });

  test("keys that change places keep their objects apart", async (t) => {
    await using session = t.getSession();
    const scores = [1, 2].map((round) => new Score({ game: "chess", round, points: round }));
    session.addAll(scores);
    await session.commit();
    for (const score of scores.toReversed()) score.round++;
    const { round } = scores[0];
    scores[0].round = 9;
    await session.flush();
    scores[0].round = round;
    await session.commit();
    assertStrictEquals(await session.get(Score, { game: "chess", round: 2 }), scores[0]);
    assertStrictEquals(await session.get(Score, { game: "chess", round: 3 }), scores[1]);
    assertEquals(await session.get(Score, { game: "chess", round: 1 }), null);
  });

  test("new rows of one table in several statements may refer to each other", async (t) => {
    await using session = t.getSession();
    const [sandy, spongebob] = [new User({ name: "sandy" }), new User({ name: "spongebob", friendId: null })];
    sandy.friend = spongebob;
    sandy.settings = {};
    session.addAll([sandy, spongebob]);
    await session.commit();
    assertEquals(await t.rows("SELECT friend_id FROM users WHERE name = 'sandy'"), [[spongebob.id]]);
  });

  test("expired objects are read anew by a loader, too", async (t) => {
    await using session = t.getSession();
    const sandy = User.create({
      name: "sandy",
      team: new Team({ name: "squirrels" }),
      notes: [new Note({ line: "hi" } as never)],
    });
    session.add(sandy);
    await session.commit();
    await t.engine.begin((connection) => connection.execute("UPDATE teams SET name = 'badgers'"));
    session.expire();
    const again = (await session.scalars(select(User).options(selectinload("team"), selectinload("notes")))).one();
    assertEquals([again.team?.name, again.notes.size], ["badgers", 1]);
  });
}

/** A query as Kysely would give it. */
function sql(text: string) {
  return { compile: () => ({ sql: text, parameters: [] }) };
}
