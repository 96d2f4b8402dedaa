/** Scripts of several sessions: who waits is read from the server's locks, so that the story is the same every time. */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  createEngine,
  DeadlockError,
  declarativeBase,
  type DriverName,
  type Engine,
  EngineUrl,
  integer,
  type Result,
  type Session,
  sessionmaker,
  StaleDataError,
} from "../../../lib/mod.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { inWeakRole, WEAK_ROLE } from "../../../testing/weak_role.ts";
import { Server } from "../../../testing/server.ts";
import { interleave, type Script } from "./interleave.ts";
import { ScriptError, type StepOutcome } from "./stage.ts";
import type { Connection } from "../../../lib/engine/connection.ts";

const database = testDatabase(import.meta.url);
const { model } = declarativeBase();
class Account extends model("accounts", {
  id: integer().primaryKey(),
  balance: integer(),
  version: integer().version(),
}) {}

const EACH: readonly DriverName[] = ["pg", "postgres", "libpq"];

/** Registers a test on each driver, with two accounts of 100. */
function test(name: string, run: (engine: Engine) => Promise<void>, drivers = EACH): void {
  for (const driver of drivers) {
    database.test(`${driver}: ${name}`, async (url) => {
      await using engine = createEngine(EngineUrl.parse(url).withDriver(driver), { nonblocking: true });
      await reset(engine);
      await run(engine);
    });
  }
}

async function reset(engine: Engine): Promise<void> {
  await engine.begin((connection) =>
    connection.execute(
      "DROP TABLE IF EXISTS accounts; " +
        "CREATE TABLE accounts (id integer PRIMARY KEY, balance integer NOT NULL, version integer NOT NULL DEFAULT 1); " +
        "INSERT INTO accounts VALUES (1, 100), (2, 100)",
    )
  );
}

const take = (id: number) => `UPDATE accounts SET balance = balance - 100 WHERE id = ${id}`;

const DEADLOCK: Script<Connection> = {
  title: "A deadlock",
  steps: [
    ["sandy", "BEGIN"],
    ["patrick", "BEGIN"],
    ["sandy", take(1)],
    ["patrick", take(2)],
    ["sandy", take(2)],
    ["patrick", take(1)],
    ["patrick", "ROLLBACK"],
    ["sandy", "COMMIT"],
  ],
};

const WRITE_SKEW: Script<Connection> = {
  title: "Write skew",
  steps: [
    ["sandy", "BEGIN ISOLATION LEVEL SERIALIZABLE"],
    ["patrick", "BEGIN ISOLATION LEVEL SERIALIZABLE"],
    ["sandy", "SELECT sum(balance) FROM accounts"],
    ["patrick", "SELECT sum(balance) FROM accounts"],
    ["sandy", take(1)],
    ["patrick", take(2)],
    ["sandy", "COMMIT"],
    ["patrick", "COMMIT"],
  ],
};

/** A step in a word, with whom it waited for and when it went on. */
function brief({ session, status, waits, step, until, ended, transaction }: StepOutcome): string {
  const waited = waits.map(({ on, step: since }) => ` ${on}@${since}`).join("") +
    (until > step ? ` until ${until}` : "");
  return `${session} ${status}${waited}${ended ? ` ${ended}` : ""} ${transaction}`;
}

test("a deadlock: both wait, the one that closes the circle is aborted, the other goes on", async (engine) => {
  const { steps } = await interleave(engine, DEADLOCK);
  assertEquals(steps.map(brief), [
    "sandy done open",
    "patrick done open",
    "sandy done open",
    "patrick done open",
    "sandy done patrick@5 until 6 open",
    "patrick failed sandy@6 failed",
    "patrick done rollback none",
    "sandy done commit none",
  ]);
  assertInstanceOf(steps[5].error, DeadlockError);
  assertEquals(engine.poolStatus.held, 0);
});

test("the lanes of a deadlock, in words", async (engine) => {
  const { picture, lanes } = await interleave(engine, DEADLOCK);
  assertEquals(
    picture.text,
    [
      "A deadlock",
      "sandy",
      "  step 1: runs: BEGIN",
      "  step 1: begin",
      "  step 2: holds",
      "  step 3: runs: UPDATE … id = 1",
      "  step 4: holds",
      "  steps 5 to 6: waits: UPDATE … id = 2",
      "  step 5: waits for patrick",
      "  step 6: runs",
      "  step 7: holds",
      "  step 8: runs: COMMIT",
      "  step 8: commit",
      "patrick",
      "  step 2: runs: BEGIN",
      "  step 2: begin",
      "  step 3: holds",
      "  step 4: runs: UPDATE … id = 2",
      "  step 5: holds",
      "  step 6: waits: UPDATE … id = 1",
      "  step 6: waits for sandy",
      "  step 6: failed",
      "  step 6: error: 40P01 deadlock detected",
      "  step 7: runs: ROLLBACK",
      "  step 7: rollback",
    ].join("\n"),
  );
  assertEquals(lanes.unit, "step");
}, ["pg"]);

test("the same script gives the same lanes: a deadlock and a write skew, many times each", async (engine) => {
  // where the role may not choose who breaks a deadlock, each run waits two seconds for the server
  const mayChoose = await engine.begin((connection) => connection.execute("SET LOCAL deadlock_timeout = '1s'"))
    .then(() => true, () => false);
  const runs = mayChoose ? 50 : 5;
  for (const script of [DEADLOCK, WRITE_SKEW]) {
    const stories = new Set<string>();
    for (let run = 0; run < runs; run++) {
      await reset(engine);
      const story = await interleave(engine, script);
      stories.add(JSON.stringify([story.lanes, story.table.text]));
    }
    assertEquals(stories.size, 1, [...stories].join("\n"));
  }
}, ["pg"]);

test("a write skew ends at the second COMMIT, with what both read in the picture", async (engine) => {
  const story = await interleave(engine, WRITE_SKEW);
  assertEquals(story.steps.slice(-2).map(brief), ["sandy done commit none", "patrick failed rollback none"]);
  assertStringIncludes(story.picture.text, "SELECT → 200");
  assertStringIncludes(story.picture.text, "step 8: error: 40001 serialization failure\n  step 8: rollback");
  assertMatch(story.table.text, /8 +patrick +COMMIT +40001 serialization failure$/);
}, ["pg", "postgres"]);

test("three in a row: each waits for the one before it, and goes on when that is done", async (engine) => {
  const { steps, table } = await interleave(engine, {
    steps: [
      ["a", "BEGIN"],
      ["b", "BEGIN"],
      ["a", take(1)],
      ["b", take(2)],
      ["b", take(1)],
      ["c", take(2)], // not the row that b waits for: when it becomes free, the server may give it to either of them
      ["a", "COMMIT"],
      ["b", "COMMIT"],
      ["c", "SELECT sum(balance) FROM accounts"],
    ],
  });
  assertEquals(steps.slice(4, 8).map(brief), [
    "b done a@5 until 7 open",
    "c done b@6 until 8 none",
    "a done commit none",
    "b done commit none",
  ]);
  assertEquals((steps[8].value as Result).scalar<bigint>(), -200n);
  assertStringIncludes(table.text, "waits for b; after step 8: 1 row");
});

test("NOWAIT and SKIP LOCKED wait for nobody; an error leaves a transaction that holds nothing", async (engine) => {
  const { steps, lanes } = await interleave(engine, {
    steps: [
      ["a", "BEGIN"],
      ["a", "SELECT id FROM accounts WHERE id = 1 FOR UPDATE"],
      ["b", "BEGIN"],
      ["b", "SELECT id FROM accounts ORDER BY id FOR UPDATE SKIP LOCKED"],
      ["b", "SELECT id FROM accounts WHERE id = 1 FOR UPDATE NOWAIT"],
      ["a", "SELECT id FROM accounts WHERE id = 2 FOR UPDATE"],
    ],
  });
  assertEquals(steps.slice(3).map(brief), ["b done open", "b failed failed", "a done open"]);
  assertEquals((steps[3].value as Result).tuples().all(), [[2]]);
  assertEquals(lanes.lanes[1].segments.at(-1), { from: 6, to: 7, kind: "idle" });
  assertEquals(lanes.lanes[1].events!.at(-1)!.label, "55P03 lock not available");
}, ["pg", "postgres"]);

test("what still waits at the end is let go, and said", async (engine) => {
  const story = await interleave(engine, {
    steps: [["c", "SELECT 1"], ["b", "BEGIN"], ["a", "BEGIN"], ["a", take(1)], ["b", take(1)], ["c", take(1)]],
  });
  assertEquals(story.steps.slice(4).map(brief), ["b waits a@5 open", "c waits b@6 none"]);
  assertStringIncludes(story.table.text, "waits for a; until the end");
  assertEquals(story.lanes.lanes[0].segments.at(-1), { from: 6, to: 7, kind: "waits", label: "UPDATE … id = 1" });
  await using server = new Server(engine.url.reveal());
  // the server hears of the end of a connection a moment later
  for (const name of ["a", "b", "c", "observer"]) await server.untilNoneLeft(name);
}, ["pg", "postgres"]);

test("a session that waits cannot be told anything", async (engine) => {
  const steps: Script<Connection>["steps"] = [["a", "BEGIN"], ["a", take(1)], ["b", take(1)], ["b", "SELECT 1"]];
  await assertRejects(
    () => interleave(engine, { steps }),
    ScriptError,
    "Step 4: b cannot run a statement, because it has been waiting for a since step 3. Let a commit or roll back first.",
  );
}, ["pg"]);

test("functions for steps: what one read goes into the next", async (engine) => {
  const read = new Map<string, number>();
  const reads = (who: string) => async (connection: Connection) =>
    read.set(who, (await connection.execute("SELECT balance FROM accounts WHERE id = 1")).scalar<number>()!);
  const writes = (who: string) => (connection: Connection) =>
    connection.execute("UPDATE accounts SET balance = $1 WHERE id = 1", [read.get(who)! - 10]);
  await interleave(engine, {
    steps: [
      ["a", "reads", reads("a")],
      ["b", "reads", reads("b")],
      ["a", "takes 10", writes("a")],
      ["b", "takes 10", writes("b")],
    ],
  });
  await using connection = await engine.connect();
  assertEquals((await connection.execute("SELECT balance FROM accounts WHERE id = 1")).scalar(), 90); // one is lost
}, ["pg"]);

test("sessions of the ORM, each on an engine of its own: the second writer is stale", async (engine) => {
  const takes = async (session: Session) => {
    (await session.getOne(Account, 1)).balance -= 10;
  };
  const { steps, picture } = await interleave(engine, {
    steps: [
      ["a", "balance -= 10", takes],
      ["b", "balance -= 10", takes],
      ["a", "flush()", (session) => session.flush()],
      ["b", "commit()", (session) => session.commit()],
      ["a", "commit()", (session) => session.commit()],
    ],
  }, (own) => sessionmaker(own)());
  assertEquals(steps.map(brief), [
    "a done open",
    "b done open",
    "a done open",
    "b failed a@4 until 5 open",
    "a done commit none",
  ]);
  assertInstanceOf(steps[3].error, StaleDataError);
  assertStringIncludes(picture.text, "error: StaleDataError");
  assert(steps[0].began && steps[1].began && !steps[2].began);
}, ["pg", "postgres"]);

database.test("a role that may not choose who breaks a deadlock waits for the server, with the same story", async (url) => {
  await using engine = createEngine(url);
  await reset(engine);
  await engine.begin((connection) => connection.execute(`GRANT ALL ON accounts TO ${WEAK_ROLE}`));
  await using limited = createEngine(inWeakRole(url));
  const { steps } = await interleave(limited, DEADLOCK);
  assertEquals(steps.slice(4, 6).map(brief), ["sandy done patrick@5 until 6 open", "patrick failed sandy@6 failed"]);
});
