/** Transactions that stood in each other's way are run again, whole and anew; all others are not. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  CommitOutcomeUnknownError,
  createEngine,
  type DatabaseError,
  declarativeBase,
  type Engine,
  integer,
  retry,
  RetryLimitError,
  type RetryOptions,
  select,
  type Session,
  sessionmaker,
  StaleDataError,
  text,
  UniqueViolationError,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { backoff } from "./retry.ts";
import { emptyTables } from "../../testing/empty_tables.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

/** At least one is on call, says a rule that no constraint can check. */
class Doctor extends model("doctors", {
  id: integer().primaryKey(),
  name: text().unique(),
  onCall: integer(),
  version: integer().version(),
}) {}

const quick: RetryOptions = { baseDelay: 1 };
const CONFLICT = "DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40001'; END $$";

/** Registers a test on both drivers: two doctors on call, and nobody holds a connection afterwards. */
function test(name: string, run: (engine: Engine) => Promise<void>): void {
  for (const driver of ["pg", "postgres"]) {
    database.test(`${driver}: ${name}`, async (url) => {
      await using engine = createEngine(onDriver(url, driver));
      await engine.begin((connection) => emptyTables(connection, metadata));
      await sessionmaker(engine).begin((session) =>
        session.addAll(["sandy", "patrick"].map((name, id) => new Doctor({ id, name, onCall: 1 })))
      );
      await run(engine);
      assertEquals(engine.poolStatus.held, 0, "a connection was not given back");
    });
  }
}

/** Lets nobody pass until `count` have come; later ones pass at once. */
function barrier(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  return () => {
    if (--count <= 0) resolve();
    return promise;
  };
}

async function onCall(engine: Engine): Promise<number[]> {
  await using session = sessionmaker(engine)();
  return (await session.scalars(select(Doctor).orderBy("id"))).all().map((doctor) => doctor.onCall);
}

test("write skew: the whole work again, in a new session, after the server refused one of two", async (engine) => {
  const bothRead = barrier(2);
  const sessions = new Set<Session>();
  const leave = (id: number) =>
    retry(sessionmaker(engine, { isolationLevel: "SERIALIZABLE" }), async (session) => {
      sessions.add(session);
      const doctors = (await session.scalars(select(Doctor))).all();
      await bothRead();
      if (doctors.filter(({ onCall }) => onCall).length < 2) return "stays";
      doctors.find((doctor) => doctor.id === id)!.onCall = 0;
      return "leaves";
    }, { ...quick, signal: new AbortController().signal });
  const decisions = await Promise.all([leave(0), leave(1)]);
  assertEquals(decisions.toSorted(), ["leaves", "stays"]);
  assert(sessions.size >= 3, `${sessions.size} sessions`); // the second attempt may meet the other's commit
  assert([...sessions].every(({ state }) => state === "closed"));
  assertEquals((await onCall(engine)).toSorted(), [0, 1]);
});

test("deadlock, on plain connections: both get through, one of them in more than one attempt", async (engine) => {
  const bothLocked = barrier(2);
  const pids = new Set<object>();
  const raise = (first: number, second: number) =>
    retry(engine, async (connection) => {
      pids.add(connection);
      const sql = "UPDATE doctors SET on_call = on_call + 1 WHERE id = $1";
      await connection.execute(sql, [first]);
      await bothLocked();
      await connection.execute(sql, [second]);
    }, { baseDelay: 200 });
  await Promise.all([raise(0, 1), raise(1, 0)]);
  assert(pids.size >= 3, `${pids.size} attempts`); // as a rule they do not meet again
  assertEquals(await onCall(engine), [3, 3]);
});

test("work that went on after the conflict fails by its consequence, and is run again, too", async (engine) => {
  let runs = 0;
  const value = await retry(engine, async (connection) => {
    if (++runs === 1) await connection.execute(CONFLICT).catch(() => {});
    return runs;
  }, quick); // COMMIT was answered by ROLLBACK
  assertEquals([value, runs], [2, 2]);
  runs = 0;
  await retry(sessionmaker(engine), async (session) => {
    session.add(new Doctor({ id: 7, name: "pearl", onCall: 0 }));
    if (++runs === 1) {
      await session.execute({ compile: () => ({ sql: CONFLICT, parameters: [] }) }).catch(() => {});
    }
    await session.flush();
  }, quick);
  assertEquals(runs, 2);
  assertEquals((await onCall(engine)).length, 3);
});

test("after so many attempts: an error that says how many, with the last cause", async (engine) => {
  const thrown: DatabaseError[] = [];
  const error = await assertRejects(() =>
    retry(engine, async (connection) => {
      await connection.execute(CONFLICT).catch((error) => {
        thrown.push(error);
        throw error;
      });
    }, { ...quick, attempts: 3 }), RetryLimitError);
  assertEquals([thrown.length, error.attempts], [3, 3]);
  assertStrictEquals(error.cause, thrown[2]);
  assert(error.message.startsWith("Gave up after 3 attempts"));
  assert(error.message.includes("Last error: in the way (SQLSTATE 40001)."));
  await assertRejects(() => retry(engine, () => {}, { attempts: 0 }), RangeError, "it must be at least 1");
});

test("never after a COMMIT whose outcome is unknown, whatever else is allowed", async (engine) => {
  await engine.begin((connection) =>
    connection.execute(`
      CREATE OR REPLACE FUNCTION break_connection() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON doctors DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION break_connection()`)
  );
  let runs = 0;
  const work = async (session: Session) => {
    runs++;
    (await session.getOne(Doctor, 0)).onCall = 0;
  };
  await assertRejects(
    () => retry(sessionmaker(engine), work, { ...quick, also: () => true }),
    CommitOutcomeUnknownError,
  );
  assertEquals(runs, 1);
});

test("other errors pass through as they are, at once", async (engine) => {
  let runs = 0;
  const mine = new Error("no", { cause: new RetryLimitError(1, new Error()) });
  const thrown = await assertRejects(() =>
    retry(engine, () => {
      runs++;
      throw mine;
    }, quick)
  );
  assertStrictEquals(thrown, mine);
  await assertRejects(() =>
    retry(sessionmaker(engine), (session) => {
      runs++;
      session.add(new Doctor({ id: 7, name: "sandy", onCall: 0 }));
    }, quick), UniqueViolationError);
  assertEquals(runs, 2);
});

test("also: what else is worth another attempt, such as a stale version", async (engine) => {
  const bothRead = barrier(2);
  let runs = 0;
  const raise = () =>
    retry(sessionmaker(engine), async (session) => {
      runs++;
      const sandy = await session.getOne(Doctor, 0);
      await bothRead();
      sandy.onCall += 10;
    }, { ...quick, also: (error) => error instanceof StaleDataError });
  await Promise.all([raise(), raise()]);
  assertEquals([runs, await onCall(engine)], [3, [21, 1]]);
});

test("a signal ends the waiting at once, with its reason; a transaction that runs is finished", async (engine) => {
  const reason = new Error("enough");
  for (const when of ["before", "while it runs", "while it waits"]) {
    const controller = new AbortController();
    let runs = 0;
    if (when === "before") controller.abort(reason);
    const work = retry(engine, async (connection) => {
      runs++;
      if (when === "while it runs") controller.abort(reason);
      if (when === "while it waits") engine.events.on("rollback", () => setTimeout(() => controller.abort(reason)));
      await connection.execute(CONFLICT);
    }, { baseDelay: 1e6, maxDelay: 1e6, signal: controller.signal });
    assertStrictEquals(await assertRejects(() => work), reason);
    assertEquals(runs, when === "before" ? 0 : 1, when);
  }
});

test("what is told of the transaction holds for every attempt, and what is not is as the session was told", async (engine) => {
  const begun: string[] = [];
  engine.events.on("query", ({ sql }) => sql.startsWith("BEGIN") && begun.push(sql));
  let runs = 0; // the third sends nothing at all
  const getSession = sessionmaker(engine, { isolationLevel: "SERIALIZABLE" });
  await retry(getSession, async (session) => {
    if (++runs < 3) await session.execute({ compile: () => ({ sql: CONFLICT, parameters: [] }) });
  }, { ...quick, readOnly: true });
  assertEquals(begun, Array(2).fill("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"));
});

Deno.test("the wait is a random part of a limit that doubles, up to the longest", () => {
  const limits = [1, 2, 3, 4, 5, 50].map((attempt) => backoff(attempt, 20, 100, () => 1));
  assertEquals(limits, [20, 40, 80, 100, 100, 100]);
  assertEquals(backoff(3, 20, 100, () => 0.25), 20);
  assertEquals(backoff(1, 20, 100, () => 0), 0);
});

Deno.test("the work gets what its maker gives", () => {
  void ((engine: Engine) => [
    retry(engine, (connection) => connection.backendPid),
    retry(sessionmaker(engine), (session) => session.new.size),
    // @ts-expect-error: a session has no process id
    retry(sessionmaker(engine), (session) => session.backendPid),
  ]);
});
