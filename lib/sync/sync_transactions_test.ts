/**
 * Transactions that statements begin and end, without promises: the server's word counts here too.
 *
 * @module
 */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { LEAVE_OPEN } from "../../testing/conformance/transactions.ts";
import { DatabaseError, FailedTransactionError, TransactionStateError } from "../engine/errors.ts";
import { Server } from "../../testing/server.ts";
import {
  ByHand,
  CASES,
  histories,
  type History,
  IN_TRANSACTION,
  IS_FIRST,
  outcomeOf,
  SAME,
  type Step,
  TABLES,
} from "../../testing/transaction_history.ts";
import { EngineUrl } from "../engine/url.ts";
import { testDatabase } from "../../testing/test_database.ts";
import type { SyncConnection } from "./sync_connection.ts";
import { createSyncEngine, type SyncEngine, type SyncEngineOptions } from "./sync_engine.ts";

const database = testDatabase(import.meta.url);
const TABLE = "DROP TABLE IF EXISTS lk; CREATE TABLE lk (n int)";
const AUTOCOMMIT = { isolationLevel: "AUTOCOMMIT" } as const;

interface Fixture {
  engine(options?: SyncEngineOptions): SyncEngine;
  server: Server;
  url: string;
}

function test(name: string, run: (fixture: Fixture) => void | Promise<void>): void {
  database.test(name, async (url) => {
    await using server = new Server(url);
    using stack = new DisposableStack();
    const at = EngineUrl.parse(url).withDriver("libpq");
    await run({ engine: (options) => stack.use(createSyncEngine(at, options)), server, url });
  });
}

for (const text of LEAVE_OPEN) {
  test(`the next user's work is not lost after: ${text}`, async ({ engine, server }) => {
    await server.run(TABLE);
    const connected = engine(AUTOCOMMIT);
    using first = connected.connect();
    await settled(() => first.execute(text));
    assertEquals(first.inTransaction, true);
    first.close();
    using second = connected.connect();
    assertEquals(second.inTransaction, false);
    assertEquals(second.execute("INSERT INTO lk VALUES (2)").rowCount, 1);
    second.close();
    connected.dispose();
    assertEquals(await server.run("SELECT n FROM lk"), [2]);
  });
}

for (const text of ["ROLLBACK -- back to the start", "commit; select 1", "COMMIT /* TO */", "abort"]) {
  test(`the next statement begins one again after: ${text}`, async ({ engine, server }) => {
    await server.run(TABLE);
    using connection = engine().connect();
    connection.execute("SELECT 1");
    connection.execute(text);
    assertEquals(connection.inTransaction, false);
    for (const n of [1, 2]) connection.execute("INSERT INTO lk VALUES ($1)", [n]);
    assertEquals(connection.inTransaction, true);
    connection.rollback();
    assertEquals(await server.run("SELECT n FROM lk"), []);
  });
}

test("commit() ends one that a text began, and begin() refuses there", async ({ engine, server }) => {
  await server.run(TABLE);
  using connection = engine(AUTOCOMMIT).connect();
  connection.execute("/* commit */ begin; insert into lk values (1)");
  assertThrows(() => connection.begin(), TransactionStateError, "A transaction is open");
  connection.commit();
  assertEquals([connection.inTransaction, await server.run("SELECT n FROM lk")], [false, [1]]);
});

test("what made one fail is forgotten when the server says that it works again", ({ engine }) => {
  using connection = engine().connect();
  connection.execute("SAVEPOINT mine");
  assertThrows(() => connection.execute("SELECT first"), DatabaseError);
  connection.execute("ROLLBACK -- (not all)\n TO mine; select 1");
  const second = assertThrows(() => connection.execute("SELECT second"), DatabaseError);
  assertStrictEquals(assertThrows(() => connection.execute("SELECT 1"), FailedTransactionError).cause, second);
  assertStrictEquals(assertThrows(() => connection.commit(), FailedTransactionError).cause, second);
});

test("any texts, in any order: as done by hand, and as the server says", async ({ engine, server, url }) => {
  const connected = engine();
  await using byHand = await ByHand.connect(url);
  const property = fc.asyncProperty(histories, async (history) => {
    await server.run(TABLES);
    await replay(history, connected, byHand, server);
  });
  await fc.assert(property, { numRuns: CASES });
});

async function replay(history: History, engine: SyncEngine, byHand: ByHand, server: Server): Promise<void> {
  const { isolationLevel } = history;
  byHand.isAutocommit = isolationLevel !== undefined;
  let connection = engine.connect({ isolationLevel });
  try {
    // without promises nothing is sent before the statement ahead of it is answered
    const steps = history.steps.flatMap<Step>((step) =>
      typeof step === "string" ? [step] : step.texts.map((text) => ({ texts: [text] }))
    );
    for (const step of [...steps, "close" as const]) {
      assertEquals(await perform(connection, step), await byHand.do(step), `outcome of ${Deno.inspect(step)}`);
      if (step === "close") {
        connection = engine.connect(AUTOCOMMIT);
        assertEquals(connection.execute(IS_FIRST).scalarOne(), true, "handed out in a transaction");
        connection.close();
        connection = engine.connect({ isolationLevel });
      }
      const { isInTransaction } = byHand;
      const [says] = await server.run(IN_TRANSACTION, [connection.backendPid]);
      assertEquals([connection.inTransaction, says], [isInTransaction, isInTransaction], `after ${Deno.inspect(step)}`);
      assertEquals(await server.run(SAME), [true], `rows after ${Deno.inspect(step)}`);
    }
  } finally {
    connection.close();
    await byHand.do("rollback");
  }
}

async function perform(connection: SyncConnection, step: Step): Promise<string[]> {
  const work = () => typeof step === "string" ? connection[step]() : connection.execute(step.texts[0]);
  return [outcomeOf(await settled(work))];
}

async function settled(work: () => unknown): Promise<PromiseSettledResult<unknown>> {
  return (await Promise.allSettled([Promise.try(work)]))[0];
}
