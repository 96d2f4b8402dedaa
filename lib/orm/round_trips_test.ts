/** How often a session waits for the server, and how many statements it sends: on statements that were prepared before. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { RoundTripCounter } from "../../workbook/network/round_trips.ts";
import { EngineUrl } from "../engine/url.ts";
import { createEngine, select, selectinload, type Session, type SessionMaker, sessionmaker } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { metadata, Score, Toy, User } from "../../testing/playground.ts";
import { emptyTables } from "../../testing/empty_tables.ts";

const database = testDatabase(import.meta.url);

interface Fixture {
  getSession: SessionMaker;
  /** Runs work and returns the round trips and the statements it took, BEGIN and COMMIT included. */
  cost(work: () => Promise<unknown>): Promise<{ trips: number; sent: string[] }>;
}

/** Not by way of the proxy, which holds each answer back. */
async function createTables(url: string): Promise<void> {
  await using engine = createEngine(url);
  await engine.begin((connection) => emptyTables(connection, metadata));
}

for (const driver of ["pg", "postgres"] as const) {
  const test = (name: string, run: (fixture: Fixture) => Promise<void>) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await using counter = new RoundTripCounter(EngineUrl.parse(url).withDriver(driver));
      await using engine = createEngine(counter.url, { poolSize: 1, maxOverflow: 0 });
      await createTables(url);
      let sent: string[] = [];
      engine.events.on("query", ({ sql }) => sent.push(sql.split(" ", 1)[0].toUpperCase()));
      await run({
        getSession: sessionmaker(engine),
        cost: async (work) => {
          sent = [];
          const trips = await counter.during(work);
          return { trips, sent: sent.toSorted() };
        },
      });
    });

  test("two objects added and committed: 1 round trip", async ({ getSession, cost }) => {
    const addTwo = async () => {
      await using session = getSession();
      session.addAll([new Toy({ name: "car" }), new Toy({ name: "ball" })]);
      await session.commit();
    };
    await addTwo();
    assertEquals(await cost(addTwo), { trips: 1, sent: ["BEGIN", "COMMIT", "INSERT"] });
  });

  test("one get and close: 2 round trips; further gets of the object: none", async ({ getSession, cost }) => {
    const toy = new Toy({ name: "car" });
    await getSession.begin((session) => session.add(toy));
    const get = async () => {
      await using session = getSession();
      const found = await session.get(Toy, toy.id);
      assertStrictEquals(await session.get(Toy, toy.id), found);
    };
    await get();
    assertEquals(await cost(get), { trips: 2, sent: ["BEGIN", "ROLLBACK", "SELECT"] });
  });

  database.test(`${driver}: of what only read the end is not awaited, if nobody listens to events`, async (url) => {
    await using counter = new RoundTripCounter(EngineUrl.parse(url).withDriver(driver));
    await using engine = createEngine(counter.url, { poolSize: 1, maxOverflow: 0 });
    await createTables(url);
    const getSession = sessionmaker(engine);
    const toy = new Toy({ name: "car" });
    await getSession.begin((session) => session.add(toy));
    const close = (work: (session: Session) => Promise<unknown>) => async () => {
      await using session = getSession();
      await work(session);
    };
    const trips = async (work: (session: Session) => Promise<unknown>) => {
      await close(work)(); // prepares it
      return await counter.during(close(work));
    };
    assertEquals(await trips((session) => session.get(Toy, toy.id)), 1);
    assertEquals(await trips((session) => session.scalars(select(Toy).options(selectinload("users")))), 2);
    assertEquals(await trips((session) => session.get(Toy, toy.id, { withForUpdate: true })), 2);
    assertEquals(await trips((session) => session.scalars(select(Toy).withForUpdate())), 2);
    assertEquals(await trips((session) => session.scalars(select(Toy).fromStatement("SELECT * FROM toys"))), 2);
  });

  test("a session that was used for nothing: 0 round trips", async ({ getSession, cost }) => {
    const nothing = async () => {
      await using session = getSession();
      await session.flush();
      await session.commit();
      await session.rollback();
    };
    assertEquals(await cost(nothing), { trips: 0, sent: [] });
  });

  test("an object changed and committed: COMMIT waits for the number of rows", async ({ getSession, cost }) => {
    await using session = getSession();
    const score = new Score({ game: "chess", round: 1, points: 0 });
    session.add(score);
    await session.commit();
    const change = async () => {
      score.points++;
      await session.commit();
    };
    await change();
    assertEquals(await cost(change), { trips: 2, sent: ["BEGIN", "COMMIT", "UPDATE"] });
  });

  test("1,000 new objects: one INSERT; changed ones: one UPDATE per set of columns; deleted: one DELETE", async (t) => {
    await using session = t.getSession();
    const toys = Array.from({ length: 1_000 }, (_, index) => new Toy({ name: `toy ${index}` }));
    session.addAll(toys);
    assertEquals(await statements(t, session), ["BEGIN", "COMMIT", "INSERT"]);
    for (const toy of toys) toy.name += " again";
    assertEquals(await statements(t, session), ["BEGIN", "COMMIT", "UPDATE"]);
    for (const toy of toys.slice(0, 500)) toy.name += " and again";
    for (const toy of toys.slice(250)) toy.createdAt = new Date(0);
    assertEquals(await statements(t, session), ["BEGIN", "COMMIT", "UPDATE", "UPDATE", "UPDATE"]);
    for (const toy of toys) session.delete(toy);
    assertEquals(await statements(t, session), ["BEGIN", "COMMIT", "DELETE"]);
  });

  test("100 users with their toys: 2 SELECTs; added in 3 INSERTs", async ({ getSession, cost }) => {
    const users = Array.from({ length: 100 }, (_, index) => {
      return User.create({ name: `user ${index}`, toys: [new Toy({ name: "car" }), new Toy({ name: "ball" })] });
    });
    const add = () => getSession.begin((session) => session.addAll(users));
    assertEquals((await cost(add)).sent, ["BEGIN", "COMMIT", "INSERT", "INSERT", "INSERT"]);
    const read = async () => {
      await using session = getSession();
      const found = (await session.scalars(select(User).options(selectinload("toys")))).all();
      assertEquals([found.length, ...new Set(found.map(({ toys }) => toys.size))], [100, 2]);
    };
    await read();
    assertEquals(await cost(read), { trips: 3, sent: ["BEGIN", "ROLLBACK", "SELECT", "SELECT"] });
  });

  test("1,000 objects that did not change: nothing is sent", async ({ getSession, cost }) => {
    await getSession.begin((session) => {
      session.addAll(Array.from({ length: 1_000 }, (_, index) => new User({ name: `user ${index}` })));
    });
    await using session = getSession();
    await session.scalars(select(User));
    await session.commit();
    assertEquals(await cost(() => session.flush()), { trips: 0, sent: [] });
  });
}

async function statements({ cost }: Fixture, session: Session): Promise<string[]> {
  return (await cost(() => session.commit())).sent;
}
