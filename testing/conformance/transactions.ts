/**
 * Transactions begun and ended by SQL: the server's status counts, not the text of the statement.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import type { Connection } from "../../lib/engine/connection.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { DatabaseError, FailedTransactionError, TransactionStateError } from "../../lib/engine/errors.ts";
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
} from "../transaction_history.ts";
import type { Server } from "../server.ts";
import type { Register } from "./suite.ts";

const TABLE = "DROP TABLE IF EXISTS lk; CREATE TABLE lk (n int)";
const AUTOCOMMIT = { isolationLevel: "AUTOCOMMIT" } as const;

/** SQL texts that leave a transaction open. */
export const LEAVE_OPEN = [
  "begin; insert into lk values (1)",
  "begin; insert into lk values (1); rollback and chain",
  "begin; commit and chain",
  "begin read only; select 1",
  "start transaction isolation level serializable; select 1 -- COMMIT",
  "begin; select 1 / 0",
  "/* commit */ begin; savepoint a; rollback to a",
];

/** Registers the tests. */
export function transactions(test: Register): void {
  for (const text of LEAVE_OPEN) {
    test(`transactions: the next user's work is not lost after: ${text}`, async ({ engine, server }) => {
      await server.run(TABLE);
      const connected = engine({ poolSize: 1, ...AUTOCOMMIT });
      for (const isAwaited of [true, false]) {
        await using first = await connected.connect();
        const sent = Promise.allSettled([first.execute(text)]);
        if (isAwaited) await sent;
        if (isAwaited) assertEquals([first.inTransaction, await says(server, first)], [true, true]);
        await first.close();
        await using second = await connected.connect();
        assertEquals(second.inTransaction, false);
        assertEquals((await second.execute("INSERT INTO lk VALUES (2)")).rowCount, 1);
      }
      await connected.dispose();
      assertEquals(await server.run("SELECT n FROM lk"), [2, 2]);
    });
  }

  for (const text of ["ROLLBACK -- back to the start", "commit; select 1", "COMMIT /* TO */", "abort"]) {
    test(`transactions: the next statement begins one again after: ${text}`, async ({ engine, server }) => {
      await server.run(TABLE);
      await using connection = await engine({ poolSize: 1 }).connect();
      await connection.execute("SELECT 1");
      await connection.execute(text);
      assertEquals(connection.inTransaction, false);
      for (const n of [1, 2]) await connection.execute("INSERT INTO lk VALUES ($1)", [n]);
      assertEquals(connection.inTransaction, true);
      await connection.rollback();
      assertEquals(await server.run("SELECT n FROM lk"), []);
    });
  }

  test("transactions: AND CHAIN begins another one, and its work is rolled back", async ({ engine, server }) => {
    await server.run(TABLE);
    await using connection = await engine().connect();
    for (const [n, end] of ["COMMIT AND CHAIN", "ROLLBACK AND CHAIN"].entries()) {
      await connection.execute("INSERT INTO lk VALUES ($1)", [n]);
      await connection.execute(end);
      assertEquals(connection.inTransaction, true);
    }
    await connection.execute("INSERT INTO lk VALUES (9)");
    await connection.rollback();
    assertEquals(await server.run("SELECT n FROM lk"), [0]);
  });

  test("transactions: commit() ends one that a text began, awaited or not", async ({ engine, server }) => {
    await server.run(TABLE);
    const connected = engine({ poolSize: 1, ...AUTOCOMMIT });
    await using connection = await connected.connect();
    await connection.execute("begin; insert into lk values (1)");
    await connection.commit();
    assertEquals(await server.run("SELECT n FROM lk"), [1]);
    void connection.execute("begin; insert into lk values (2)");
    await connection.commit();
    assertEquals([connection.inTransaction, await server.run("SELECT n FROM lk")], [false, [1, 2]]);
    void connection.execute("begin; insert into lk values (3)");
    await connection.rollback();
    assertEquals([connection.inTransaction, await server.run("SELECT n FROM lk")], [false, [1, 2]]);
  });

  test("transactions: begin() refuses where a text began one", async ({ engine }) => {
    await using connection = await engine(AUTOCOMMIT).connect();
    await connection.execute("/* commit */ begin; select 1");
    await assertRejects(() => connection.begin(), TransactionStateError, "A transaction is open");
    await connection.rollback();
    await connection.begin();
  });

  test("transactions: what made one fail is forgotten when the server says that it works again", async ({ engine }) => {
    await using connection = await engine().connect();
    await connection.execute("SAVEPOINT mine");
    await assertRejects(() => connection.execute("SELECT first"), DatabaseError);
    await connection.execute("ROLLBACK -- (not all)\n TO mine; select 1");
    const second = await assertRejects(() => connection.execute("SELECT second"), DatabaseError);
    const ignored = await assertRejects(() => connection.execute("SELECT 1"), FailedTransactionError);
    assertStrictEquals(ignored.cause, second);
    const commit = await assertRejects(() => connection.commit(), FailedTransactionError);
    assertStrictEquals(commit.cause, second);
  });

  test("transactions: a savepoint ends with its transaction, however that ends", async ({ engine }) => {
    await using connection = await engine().connect();
    const savepoint = await connection.beginNested();
    await connection.execute("rollback; select 1");
    assertEquals(savepoint.isOpen, false);
    await savepoint.rollback();
    await assertRejects(() => savepoint.commit(), TransactionStateError, "This savepoint is over");
    const chained = await connection.beginNested();
    await connection.execute("COMMIT AND CHAIN"); // to the client that is the same transaction: it asks the server
    const unknown = await assertRejects(() => chained.commit(), DatabaseError);
    assertEquals(unknown.sqlstate, "3B001");
  });

  test("transactions: a savepoint started together with the commit() behind it is over", async ({ engine }) => {
    await using connection = await engine().connect();
    const [savepoint] = await Promise.all([connection.beginNested(), connection.commit()]);
    assertEquals([savepoint.isOpen, connection.inTransaction], [false, false]);
  });

  test("transactions: any texts, in any order: as done by hand, and as the server says", async ({ engine, server }) => {
    const connected = engine({ poolSize: 1 });
    await using byHand = await ByHand.connect(connected.url.reveal().replace(/\+\w+/, ""));
    const property = fc.asyncProperty(histories, async (history) => {
      await server.run(TABLES);
      await replay(history, connected, byHand, server);
    });
    await fc.assert(property, { numRuns: CASES });
  });
}

/** Returns whether the server reports a connection as being in a transaction. */
async function says(server: Server, connection: Connection): Promise<unknown> {
  return (await server.run(IN_TRANSACTION, [connection.backendPid]))[0];
}

async function replay(history: History, engine: Engine, byHand: ByHand, server: Server): Promise<void> {
  const { isolationLevel } = history;
  byHand.isAutocommit = isolationLevel !== undefined;
  let connection = await engine.connect({ isolationLevel });
  try {
    for (const step of [...history.steps, "close" as const]) {
      assertEquals(await perform(connection, step), await byHand.do(step), `outcome of ${Deno.inspect(step)}`);
      if (step === "close") {
        connection = await engine.connect(AUTOCOMMIT);
        assertEquals((await connection.execute(IS_FIRST)).scalarOne(), true, "handed out in a transaction");
        await connection.close();
        connection = await engine.connect({ isolationLevel });
      }
      const { isInTransaction } = byHand;
      const seen = [connection.inTransaction, await says(server, connection)];
      assertEquals(seen, [isInTransaction, isInTransaction], `after ${Deno.inspect(step)}`);
      assertEquals(await server.run(SAME), [true], `rows after ${Deno.inspect(step)}`);
    }
  } finally {
    await connection.close();
    await byHand.do("rollback");
  }
}

async function perform(connection: Connection, step: Step): Promise<string[]> {
  const sent = typeof step === "string" ? [connection[step]()] : step.texts.map((text) => connection.execute(text));
  return (await Promise.allSettled<unknown>(sent)).map(outcomeOf);
}
