/** The version of a row: what others wrote since an object was loaded is never overwritten. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { until } from "../../testing/until.ts";
import {
  createEngine,
  createStatements,
  createSyncEngine,
  declarativeBase,
  EngineUrl,
  integer,
  InvalidModelError,
  now,
  PendingRollbackError,
  select,
  StaleDataError,
  syncSessionmaker,
  text,
  timestamptz,
} from "../mod.ts";
import { compareModels } from "../migrate/model_comparison.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { type Fixture, sessionTest } from "../../testing/fixture.ts";
import { emptyTables } from "../../testing/empty_tables.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Account extends model("accounts", {
  id: integer().primaryKey(),
  owner: text(),
  balance: integer(),
  edition: integer().version(),
}) {}

/** Has a key of two columns, and a column that the server renews. */
class Page extends model("pages", {
  book: text().primaryKey(),
  number: integer().primaryKey(),
  line: text(),
  updatedOn: timestamptz().serverDefault(now()).onUpdate(now()),
  version: integer().version(),
}) {}

/** Statements without the space between their parts, and without BEGIN and COMMIT. */
const look = (sql: string) => /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/.test(sql) ? sql.split(" ")[0] : sql;

/** Three accounts with 100 each. */
async function addAccounts({ getSession, sent }: Fixture): Promise<void> {
  await getSession.begin((session) => session.addAll(["sandy", "patrick", "pearl"].map(account)));
  sent.length = 0;
}
const account = (owner: string, index: number) => new Account({ id: index + 1, owner, balance: 100 });

/** Runs work in another session meanwhile. */
const elsewhere = ({ engine }: Fixture, sql: string) => engine.begin((connection) => connection.execute(sql));

const ACCOUNTS = "SELECT owner, balance, edition FROM accounts ORDER BY id";

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata, look);

  test("a new row has version 1, with nothing to ask the server for", async (t) => {
    await using session = t.getSession();
    const accounts = ["sandy", "patrick"].map(account);
    session.addAll(accounts);
    await session.commit();
    assertEquals(t.sent.filter((sql) => sql.startsWith("INSERT")), [
      "INSERT INTO accounts (id, owner, balance, edition) " +
      "SELECT * FROM unnest($1::integer[], $2::text[], $3::integer[], $4::integer[])",
    ]);
    assertEquals(accounts.map(({ edition }) => edition), [1, 1]);
    assertEquals(await t.rows(ACCOUNTS), [["sandy", 100, 1], ["patrick", 100, 1]]);
  });

  test("one changed row: the version is looked for, raised and brought back by the UPDATE itself", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const sandy = await session.getOne(Account, 1);
    t.sent.length = 0;
    sandy.balance = 90;
    await session.commit();
    assertEquals(t.sent, [
      "UPDATE accounts SET balance = $1, edition = edition + 1 WHERE id = $2 AND edition = $3 RETURNING id, edition",
      "COMMIT",
    ]);
    assertEquals(sandy.edition, 2);
    sandy.balance = 80; // nothing was read in between
    await session.commit();
    assertEquals((await t.rows(ACCOUNTS))[0], ["sandy", 80, 3]);
  });

  test("several changed rows are still one UPDATE, and several deleted ones one DELETE", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const accounts = (await session.scalars(select(Account).orderBy("id"))).all();
    t.sent.length = 0;
    for (const each of accounts) each.balance += each.id;
    await session.flush();
    assertEquals(accounts.map(({ edition }) => edition), [2, 2, 2]);
    for (const each of accounts.slice(1)) session.delete(each);
    await session.commit();
    assertEquals(t.sent, [
      "UPDATE accounts SET balance = changed.balance, edition = accounts.edition + 1 " +
      "FROM (SELECT * FROM unnest($1::integer[], $2::integer[], $3::integer[])) AS changed (key_id, key_edition, balance) " +
      "WHERE accounts.id = changed.key_id AND accounts.edition = changed.key_edition " +
      "RETURNING accounts.id, accounts.edition",
      "DELETE FROM accounts WHERE (id, edition) IN (SELECT * FROM unnest($1::integer[], $2::integer[])) RETURNING id",
      "COMMIT",
    ]);
    assertEquals(await t.rows(ACCOUNTS), [["sandy", 101, 2]]);
  });

  test("a key of two columns, and a column that the server renews with the version", async (t) => {
    await using session = t.getSession();
    const pages = [1, 2].map((number) => new Page({ book: "atlas", number, line: "" }));
    session.addAll(pages);
    await session.commit();
    t.sent.length = 0;
    pages[0].line = "a";
    await session.flush();
    pages[0].line = "b";
    pages[1].line = "b";
    await session.commit();
    assertEquals(
      t.sent.filter((sql) => sql.startsWith("UPDATE")).map((sql) => sql.slice(0, sql.indexOf(" RETURNING"))),
      [
        "UPDATE pages SET line = $1, updated_on = now(), version = version + 1 " +
        "WHERE book = $2 AND number = $3 AND version = $4",
        "UPDATE pages SET line = changed.line, updated_on = now(), version = pages.version + 1 FROM (SELECT * FROM " +
        "unnest($1::text[], $2::integer[], $3::integer[], $4::text[])) AS changed (key_book, key_number, key_version, line) " +
        "WHERE pages.book = changed.key_book AND pages.number = changed.key_number AND pages.version = changed.key_version",
      ],
    );
    assertEquals(pages.map(({ version }) => version), [3, 2]);
    await elsewhere(t, "UPDATE pages SET version = 9 WHERE number = 2");
    for (const page of pages) session.delete(page);
    const error = await assertRejects(() => session.commit(), StaleDataError);
    assert(
      error.message.startsWith(`Cannot delete in "pages": book atlas, number 2. These rows were changed or deleted`),
    );
  });

  test("a row that someone else changed is not overwritten: the error names it, and what to do", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const sandy = await session.getOne(Account, 1);
    await elsewhere(t, "UPDATE accounts SET balance = 50, edition = edition + 1 WHERE id = 1");
    sandy.balance -= 10;
    const error = await assertRejects(() => session.commit(), StaleDataError);
    assertEquals([error.table, error.keys], ["accounts", [[1]]]);
    assertEquals(
      error.message,
      'Cannot update in "accounts": id 1. These rows were changed or deleted after they were loaded. ' +
        "Call rollback(), then load the objects again and repeat the work.",
    );
    await assertRejects(() => session.commit(), PendingRollbackError);
    assertEquals((await t.rows(ACCOUNTS))[0], ["sandy", 50, 2]);
  });

  test("a stale row beside good ones: none of them is kept, and COMMIT is not even sent", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const accounts = (await session.scalars(select(Account).orderBy("id"))).all();
    await elsewhere(t, "UPDATE accounts SET edition = edition + 1 WHERE id IN (1, 3)");
    t.sent.length = 0;
    for (const each of accounts) each.balance = 0;
    session.add(new Account({ id: 4, owner: "plankton", balance: 1 }));
    const error = await assertRejects(() => session.commit(), StaleDataError, "id 1; id 3.");
    assertEquals(error.keys, [[1], [3]]);
    await session.rollback();
    assert(!t.sent.includes("COMMIT"));
    assertEquals(accounts.map(({ balance, edition }) => [balance, edition]), [[100, 1], [100, 1], [100, 1]]);
    assertEquals(await t.rows(ACCOUNTS), [["sandy", 100, 2], ["patrick", 100, 1], ["pearl", 100, 2]]);
  });

  test("of rows to delete those that were changed, or are gone already, are named", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    for (const each of await session.scalars(select(Account))) session.delete(each);
    await elsewhere(t, "UPDATE accounts SET edition = 7 WHERE id = 2; DELETE FROM accounts WHERE id = 3");
    const error = await assertRejects(
      () => session.commit(),
      StaleDataError,
      `Cannot delete in "accounts": id 2; id 3.`,
    );
    assertEquals(error.keys, [[2], [3]]);
    assertEquals((await t.rows(ACCOUNTS)).length, 2);
  });

  test("after the rollback the stale object is read anew, and the change can be made again", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const [sandy, patrick] = await session.scalars(select(Account).orderBy("id").limit(2));
    await elsewhere(t, "UPDATE accounts SET balance = 50, edition = 2 WHERE id = 1");
    sandy.balance -= 10;
    patrick.balance -= 10;
    await assertRejects(() => session.commit(), StaleDataError);
    await session.rollback();
    assertEquals(await session.get(Account, 1), sandy);
    assertEquals([sandy.balance, sandy.edition], [50, 2]);
    sandy.balance -= 10;
    await session.commit();
    assertEquals((await t.rows(ACCOUNTS)).slice(0, 2), [["sandy", 40, 3], ["patrick", 100, 1]]);
  });

  test("the version returns with a rollback, and with that of a savepoint", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const sandy = await session.getOne(Account, 1);
    sandy.balance = 1;
    await session.flush();
    const savepoint = await session.beginNested();
    sandy.balance = 2;
    await session.flush();
    assertEquals(sandy.edition, 3);
    await savepoint.rollback();
    assertEquals([sandy.balance, sandy.edition], [1, 2]);
    sandy.balance = 3;
    await session.flush(); // the row has version 2 again, too
    assertEquals(sandy.edition, 3);
    await session.rollback();
    assertEquals([sandy.balance, sandy.edition], [100, 1]);
    sandy.balance = 4;
    await session.commit();
    assertEquals((await t.rows(ACCOUNTS))[0], ["sandy", 4, 2]);
  });

  test("a stale row in a savepoint: rolled back to it, the rest of the transaction can be committed", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const [sandy, patrick] = await session.scalars(select(Account).orderBy("id").limit(2));
    await elsewhere(t, "UPDATE accounts SET edition = 2 WHERE id = 1");
    patrick.balance = 1;
    const savepoint = await session.beginNested();
    sandy.balance = 1;
    await assertRejects(() => savepoint.commit(), StaleDataError);
    await savepoint.rollback();
    await session.commit();
    assertEquals((await t.rows(ACCOUNTS)).slice(0, 2), [["sandy", 100, 2], ["patrick", 1, 2]]);
  });

  test("of two writers at one time the second waits, and then is stale; in REPEATABLE READ the server says it", async (t) => {
    await addAccounts(t);
    for (
      const [isolationLevel, expected] of [["READ COMMITTED", "StaleDataError"], [
        "REPEATABLE READ",
        "SerializationError",
      ]] as const
    ) {
      await using first = t.getSession();
      await using second = t.getSession();
      await second.begin({ isolationLevel });
      for (const session of [first, second]) {
        for (const each of await session.scalars(select(Account))) each.balance += 1;
      }
      await first.flush();
      const late = assertRejects(() => second.commit(), Error);
      await until("the second waits", async () =>
        (await t.rows(
          "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        ))[0][0] === 1);
      await first.commit();
      assertEquals((await late).name, expected);
    }
    assertEquals((await t.rows(ACCOUNTS))[0], ["sandy", 102, 3]);
  });

  test("what an object holds is the version that its row must have: of a form, the one that was shown", async (t) => {
    await addAccounts(t);
    await using session = t.getSession();
    const sandy = await session.getOne(Account, 1);
    sandy.edition = 7;
    await session.commit(); // a version alone is nothing to write
    assertEquals((await t.rows(ACCOUNTS))[0], ["sandy", 100, 1]);
    sandy.balance = 0;
    await assertRejects(() => session.commit(), StaleDataError);
    await session.rollback();
    assertEquals(sandy.edition, 1);
  });
}

database.test("libpq: the statements are those of a Session, and so is the check", async (url) => {
  await using engine = createEngine(url);
  await engine.begin((connection) => emptyTables(connection, metadata));
  using blocking = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  const getSession = syncSessionmaker(blocking);
  using session = getSession();
  const accounts = ["sandy", "patrick"].map(account);
  session.addAll(accounts);
  session.commit();
  const sent: string[] = [];
  blocking.events.on("query", ({ sql }) => sent.push(look(sql)));
  for (const each of accounts) each.balance -= 10;
  session.commit();
  session.delete(accounts[1]);
  session.commit();
  assertEquals(sent, [
    "BEGIN",
    "UPDATE accounts SET balance = changed.balance, edition = accounts.edition + 1 " +
    "FROM (SELECT * FROM unnest($1::integer[], $2::integer[], $3::integer[])) AS changed (key_id, key_edition, balance) " +
    "WHERE accounts.id = changed.key_id AND accounts.edition = changed.key_edition " +
    "RETURNING accounts.id, accounts.edition",
    "COMMIT",
    "BEGIN",
    "DELETE FROM accounts WHERE (id, edition) IN (SELECT * FROM unnest($1::integer[], $2::integer[])) RETURNING id",
    "COMMIT",
  ]);
  await engine.begin((connection) => connection.execute("UPDATE accounts SET edition = 9"));
  accounts[0].balance = 0;
  session.add(new Account({ id: 3, owner: "pearl", balance: 0 }));
  const error = assertThrows(() => session.commit(), StaleDataError);
  assertEquals(error.keys, [[1]]);
  session.rollback();
  assertEquals([accounts[0].balance, accounts[0].edition], [90, 2]);
  assertEquals([session.get(Account, 1)!.edition, session.get(Account, 3)], [9, null]);
});

Deno.test("to the DDL a version is a column like others", () => {
  assertEquals(createStatements(metadata)[0].sql.match(/edition.*/)?.[0], "edition integer NOT NULL,");
});

database.test("to autogenerate, too", async (url) => {
  await using engine = createEngine(url);
  await engine.begin((connection) => emptyTables(connection, metadata));
  const compare = async () => (await compareModels(engine, "nowhere", { metadata }))?.summary;
  assertEquals(await compare(), []);
  await engine.begin((connection) => connection.execute("ALTER TABLE accounts DROP COLUMN edition"));
  assertEquals(await compare(), ["add column accounts.edition (integer)"]);
});

Deno.test("a version is an integer that is neither nullable nor a key, and a model has one", () => {
  // @ts-expect-error: a text counts nothing
  text().version();
  // @ts-expect-error: NULL counts nothing
  integer().nullable().version();
  // @ts-expect-error: a key does not change with each write
  integer().primaryKey().version();
  const { model } = declarativeBase();
  const id = integer().primaryKey();
  assertThrows(
    () => model("a", { id, one: integer().version(), two: integer().version() }),
    InvalidModelError,
    'a model has at most one version column, but this one has "one" and "two"',
  );
  for (const wrong of [integer().version().nullable(), integer().version().primaryKey()]) {
    assertThrows(() => model("b", { id, wrong }), InvalidModelError, 'the version "wrong" must be an integer');
  }
});
