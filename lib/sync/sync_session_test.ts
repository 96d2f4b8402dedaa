import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AnswerTimeoutError,
  createEngine,
  createSyncEngine,
  DatabaseError,
  EncodingError,
  EngineUrl,
  FailedTransactionError,
  NoResultFound,
  PendingRollbackError,
  type Savepoint,
  SecondUnitOfWorkError,
  select,
  selectinload,
  type Session,
  SessionClosedError,
  sessionmaker,
  StaleDataError,
  type SyncSession,
  type SyncSessionMaker,
  syncSessionmaker,
  TransactionBegunError,
  TransactionStateError,
  UniqueViolationError,
} from "../mod.ts";
import { Stopwatch } from "../../testing/lateness.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { metadata, Note, Team, Toy, User } from "../../testing/playground.ts";
import { emptyTables } from "../../testing/empty_tables.ts";

const database = testDatabase(import.meta.url);

const on = (url: string) => createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));

async function createTables(url: string): Promise<void> {
  await using engine = createEngine(url);
  await engine.begin((connection) => emptyTables(connection, metadata));
}

/** Registers a test that gets sessions on empty tables, and the statements sent so far. */
function test(name: string, run: (getSession: SyncSessionMaker, sent: string[]) => void): void {
  database.test(`without promises: ${name}`, async (url) => {
    await createTables(url);
    using engine = on(url);
    const sent: string[] = [];
    engine.events.on("query", ({ sql }) => sent.push(sql));
    run(syncSessionmaker(engine), sent);
    engine.connect().close(); // the sessions have given it back
  });
}

/** Work that a session of either kind does; what each call gives is yielded, so that it can be awaited or not. */
function* work(session: Session): Generator<unknown, void, unknown> {
  const team = new Team({ name: "bikini bottom" });
  const sandy = new User({ name: "sandy" });
  const patrick = new User({ name: "patrick" });
  session.addAll([team, sandy, patrick]);
  team.members.add(sandy); // waits for the key that the server makes
  sandy.toys.add(new Toy({ name: "rocket" }));
  patrick.friend = sandy;
  yield session.flush();
  sandy.settings = { theme: "dark" };
  yield session.commit();
  const statement = select(User).orderBy("name").options(selectinload("toys"), selectinload("team"));
  const users = (yield session.scalars(statement)) as { all(): User[] };
  const [first, second] = users.all();
  assertEquals([first.name, [...second.toys].map(({ name }) => name), second.team?.name], [
    "patrick",
    ["rocket"],
    "bikini bottom",
  ]);
  yield session.scalar(select(User).columns("name").where("name", "=", "sandy"));
  first.name = "squidward";
  session.delete([...second.toys][0]);
  yield session.get(Team, 77); // flushes before
  yield session.rollback();
  assertEquals(first.name, "patrick");
  yield session.get(User, sandy.id, { withForUpdate: true });
  session.delete([...sandy.toys][0]);
  yield session.commit();
  const savepoint = (yield session.beginNested()) as Savepoint;
  sandy.name = "sandy cheeks";
  assertEquals([...session.dirty], [sandy]);
  yield session.flush();
  yield savepoint.rollback();
  assertEquals([savepoint.isOpen, sandy.name], [false, "sandy"]);
  const kept = (yield session.beginNested()) as Savepoint;
  patrick.name = "patrick star";
  yield kept.commit();
  assertEquals([kept.isOpen, session.state], [false, "active"]);
  const known = yield session.merge(User.create({ id: sandy.id, name: "sandra" }));
  assertStrictEquals(known, sandy);
  assertEquals(sandy.name, "sandra");
  yield session.refresh(sandy); // its changes are lost
  assertEquals(sandy.name, "sandy");
  const gary = (yield session.merge(new User({ name: "gary" }))) as User;
  assertEquals([...session.new], [gary]);
  session.delete(patrick);
  assertEquals([...session.deleted], [patrick]);
  session.expunge(gary);
  assertEquals([...session.new], []);
  yield session.commit();
  yield session.get(User, patrick.id);
}

database.test("without promises: the statements are those of a Session, in the same order", async (url) => {
  const sentBy = async (events: { on: typeof engine.events.on }, run: () => Promise<void> | void) => {
    await createTables(url);
    const sent: string[] = [];
    events.on("query", ({ sql }) => sent.push(sql));
    await run();
    return sent;
  };
  await using engine = createEngine(url);
  using blocking = on(url);
  const theirs = await sentBy(engine.events, async () => {
    await using session = sessionmaker(engine)();
    const steps = work(session);
    for (let step = steps.next(); !step.done;) step = steps.next(await step.value);
  });
  const ours = await sentBy(blocking.events, () => {
    using session = syncSessionmaker(blocking)();
    const steps = work(session as never);
    for (let step = steps.next(); !step.done;) step = steps.next(step.value);
  });
  assertEquals(ours.length > 15, true, ours.join("\n"));
  assertEquals(ours, theirs);
});

test("nothing else runs between the first statement and the commit", (getSession) => {
  let hasRun = false;
  queueMicrotask(() => hasRun = true);
  using session = getSession();
  session.add(new User({ name: "sandy" }));
  session.commit();
  assertEquals(session.scalars(select(User)).one().name, "sandy");
  session.commit();
  assertEquals(hasRun, false);
});

test("begin() commits, or rolls back when its work throws or turns out to be async", (getSession) => {
  const id = getSession.begin((session) => {
    const user = new User({ name: "sandy" });
    session.add(user);
    return user.id;
  });
  assertThrows(() =>
    getSession.begin((session) => {
      session.add(new User({ name: "patrick" }));
      session.flush();
      throw new RangeError("no");
    }), RangeError);
  const later = async (session: SyncSession) => {
    session.add(new User({ name: "pearl" }));
    await Promise.resolve();
  };
  assertThrows(() => getSession.begin(later), TypeError, "takes a function that is not async; nothing was committed");
  using session = getSession();
  assertEquals(session.scalars(select(User)).all().map((user) => user.id), [id]);
  assertEquals(session.getOne(User, id), session.get(User, id));
  assertThrows(() => session.getOne(User, crypto.randomUUID()), NoResultFound);
});

test("a savepoint that is left is rolled back, and one that is over refuses to be kept", (getSession) => {
  using session = getSession();
  const sandy = new User({ name: "sandy" });
  session.add(sandy);
  session.flush();
  {
    using _savepoint = session.beginNested();
    sandy.name = "patrick";
    session.flush();
  }
  assertEquals(sandy.name, "sandy");
  const outer = session.beginNested();
  const inner = session.beginNested();
  outer.rollback();
  assertEquals([outer.isOpen, inner.isOpen], [false, false]);
  assertThrows(() => inner.commit(), TransactionStateError, "This savepoint is over");
  inner.rollback();
  const twin = session.beginNested();
  session.add(new User({ name: "sandy" }));
  assertThrows(() => session.flush(), UniqueViolationError);
  assertEquals(session.state, "failed");
  twin.rollback();
  assertEquals(session.state, "active");
  session.commit();
  assertEquals(session.scalars(select(User)).all(), [sandy]);
});

database.test("without promises: a call keeps its own limit, over all of its statements", async (url) => {
  await createTables(url);
  using engine = on(url);
  const timeout = 200;
  const CALLS: Record<string, (session: SyncSession, user: User) => unknown> = {
    "get()": (session) => session.get(User, crypto.randomUUID(), { timeout }),
    "getOne()": (session) => session.getOne(User, crypto.randomUUID(), { timeout }),
    "execute()": (session) => session.execute(select(User), [], { timeout }),
    "scalar()": (session) => session.scalar(select(User), [], { timeout }),
    "scalars()": (session) => session.scalars(select(User), [], { timeout }),
    "stream()": (session) => [...session.stream(select(User), [], { timeout })],
    "streamScalars()": (session) => [...session.streamScalars(select(User), [], { timeout })],
    "refresh()": (session, user) => session.refresh(user, { timeout }),
    "merge()": (session) => session.merge(User.create({ id: crypto.randomUUID(), name: "gary" }), { timeout }),
    "flush()": (session, user) => (user.name = "sandra", session.flush({ timeout })),
    "commit()": (session, user) => (user.name = "sandra", session.commit({ timeout })),
    "beginNested()": (session, user) => (user.name = "sandra", session.beginNested({ timeout })),
  };
  await using other = createEngine(url);
  for (const [name, call] of Object.entries(CALLS)) {
    const getSession = syncSessionmaker(engine);
    getSession.begin((session) => session.execute("DELETE FROM users"));
    using session = getSession();
    const user = new User({ name: "sandy" });
    session.add(user);
    session.commit();
    await using locked = await other.connect();
    await locked.execute("LOCK TABLE users");
    const watch = new Stopwatch();
    const error = assertThrows(() => call(session, user), AnswerTimeoutError);
    watch.assertAt(timeout);
    assertEquals(error.outcome, "cancelled", name);
    session.rollback({ timeout });
    await locked.rollback();
    assertEquals(session.scalar("SELECT count(*) FROM users"), 1n, name);
    session.close({ timeout });
  }
});

database.test("without promises: a session's timeout is for all its calls together", (url) => {
  using engine = on(url);
  engine.connect().close();
  const watch = new Stopwatch();
  using session = syncSessionmaker(engine, { timeout: 300 })();
  session.scalar("SELECT pg_sleep(0.2)");
  assertThrows(() => session.scalar("SELECT pg_sleep(5)"), AnswerTimeoutError); // has a third of the time
  watch.assertAt(300);
});

database.test("without promises: the options of a session say how its transactions begin", async (url) => {
  await createTables(url);
  using engine = on(url);
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => sent.push(sql));
  const getSession = syncSessionmaker(engine, { isolationLevel: "SERIALIZABLE", readOnly: true });
  getSession.begin((session) => session.scalars(select(User)));
  getSession.begin((session) => session.scalars(select(User)), { readOnly: false });
  assertEquals(sent.filter((sql) => sql.startsWith("BEGIN")), [
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE",
  ]);
});

test("get() asks once: one row, one object; expire() makes it ask again", (getSession, sent) => {
  using session = getSession();
  const user = new User({ name: "sandy" });
  session.add(user);
  session.commit();
  sent.length = 0;
  assertStrictEquals(session.get(User, user.id), user);
  assertEquals(sent, []);
  session.expire(user);
  assertStrictEquals(session.get(User, user.id), user);
  assertEquals(sent.map((sql) => sql.split(" ", 1)[0]), ["BEGIN", "SELECT"]);
});

test("a second session is refused while the first has a transaction, and works after it", (getSession) => {
  using first = getSession();
  using second = getSession();
  first.scalars(select(User));
  assertThrows(() => second.scalars(select(User)), SecondUnitOfWorkError);
  assertEquals(second.state, "idle");
  first.commit();
  second.scalars(select(User));
});

test("after a failed flush the session wants a rollback, and the objects are as before", (getSession) => {
  using session = getSession();
  session.add(new User({ name: "sandy" }));
  session.commit();
  const twin = new User({ name: "sandy" });
  session.add(twin);
  assertThrows(() => session.commit(), UniqueViolationError);
  assertEquals(session.state, "failed");
  assertThrows(() => session.scalars(select(User)), PendingRollbackError);
  session.rollback();
  twin.name = "sandra";
  session.add(twin);
  session.begin({ isolationLevel: "SERIALIZABLE" });
  assertThrows(() => session.begin(), TransactionBegunError);
  session.commit();
  assertEquals(session.scalars(select(User).orderBy("name")).all().map(({ name }) => name), ["sandra", "sandy"]);
});

test("a commit that fails leaves a session that wants a rollback", (getSession) => {
  using session = getSession();
  session.add(new User({ name: "sandy" }));
  const wrong = { compile: () => ({ sql: "SELECT missing", parameters: [] }) };
  assertThrows(() => session.execute(wrong), DatabaseError, "missing");
  assertThrows(() => session.commit(), FailedTransactionError, "nothing was committed");
  assertEquals(session.state, "failed");
  session.rollback();
  assertEquals(session.scalars(select(User)).all(), []);
});

test("a value that cannot be sent fails before anything is sent", (getSession, sent) => {
  using session = getSession();
  session.addAll([new Toy({ name: "rocket" }), new User({ name: "NUL \0" })]);
  assertThrows(() => session.flush(), EncodingError);
  assertEquals([sent, session.state], [[], "idle"]);
});

test("an update that finds no row is a StaleDataError", (getSession) => {
  using session = getSession();
  const user = new User({ name: "sandy" });
  session.add(user);
  session.commit();
  getSession.begin((other) => other.delete(other.getOne(User, user.id)));
  user.name = "patrick";
  assertThrows(() => session.commit(), StaleDataError);
});

test("keys that the server makes come back, and a closed session is closed", (getSession) => {
  const session = getSession();
  const user = new User({ name: "sandy" });
  const notes = ["one", "two"].map((line) => new Note({ userId: user.id, line }));
  session.addAll([user, ...notes]);
  assertEquals(new Set(session.diff().map(({ kind }) => kind)), new Set(["insert"]));
  session.flush();
  assertEquals(notes.map(({ id }) => typeof id), ["number", "number"]);
  session.close();
  session.close();
  assertThrows(() => session.flush(), SessionClosedError);
  assertEquals(getSession.begin((other) => other.scalars(select(Note)).all()), []);
});
