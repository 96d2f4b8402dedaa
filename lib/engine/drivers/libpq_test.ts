/**
 * Tests specific to libpq; the conformance suite covers all drivers.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { mayUseDatabase, testDatabase } from "../../../testing/test_database.ts";
import { createEngine, type Engine, type EngineOptions } from "../engine.ts";
import {
  ConnectError,
  ConnectionLostError,
  CopyNotSupportedError,
  DatabaseError,
  DriverError,
  FailedTransactionError,
  LockTimeoutError,
} from "../errors.ts";
import { EncodingError, UnreadableValueError } from "../../values/errors.ts";
import { RoundTripCounter } from "../../../workbook/network/round_trips.ts";
import { Server } from "../../../testing/server.ts";
import { EngineUrl } from "../url.ts";
import { connectSync } from "./libpq.ts";
import { connectionParameters } from "./libpq/connect.ts";
import { LibpqNotFoundError, openFirst, systemLibraries } from "./libpq/library.ts";
import { SecondUnitOfWorkError } from "./libpq/one_unit_of_work.ts";
import { resultCount } from "./libpq/result.ts";

const database = testDatabase(import.meta.url);

/** The address with the driver, and with options behind it. */
function on(url: string, options = ""): EngineUrl {
  const text = EngineUrl.parse(url).withDriver("libpq").reveal();
  return EngineUrl.parse(options ? `${text}${text.includes("?") ? "&" : "?"}${options}` : text);
}

/** The two ways in which the driver works. */
const WAYS: readonly (EngineOptions & { nonblocking: boolean })[] = [{ nonblocking: false }, { nonblocking: true }];
const named = ({ nonblocking }: { nonblocking: boolean }) => nonblocking ? "libpq on threads" : "libpq";

async function show(engine: Engine, setting: string): Promise<unknown> {
  await using connection = await engine.connect();
  return (await connection.execute(`SHOW ${setting}`)).scalarOne();
}

Deno.test("libpq: the parameters of a connection", () => {
  const url = EngineUrl.parse("postgresql+libpq://s%40ndy:p%20w@[::1]:6543/shop?sslmode=require&sslrootcert=ca.pem");
  const settings = { application_name: "my app", search_path: "a, b" };
  const expected = {
    host: "::1",
    port: "6543",
    user: "s@ndy",
    password: "p w",
    dbname: "shop",
    sslmode: "require",
    sslrootcert: "ca.pem",
    gssencmode: "disable",
    client_encoding: "UTF8",
    keepalives: "1",
    keepalives_idle: "30",
    keepalives_interval: "10",
    keepalives_count: "3",
    application_name: "my app",
    options: "-c search_path=a,\\ b",
  };
  const all = { url, settings, connectTimeout: 1500, prepare: true };
  assertEquals(connectionParameters({ ...all, nonblocking: true }), expected);
  const options = "-c lock_timeout=2s -c search_path=a,\\ b";
  assertEquals(connectionParameters({ ...all, nonblocking: false }), { ...expected, options });
  const behindPooler = { ...all, settings: {}, prepare: false, nonblocking: false };
  assertEquals(connectionParameters(behindPooler).options, undefined);
});

Deno.test("libpq: each system has its name for the library", () => {
  assertEquals(["linux", "darwin", "windows", "freebsd"].map((os) => systemLibraries(os)[0]), [
    "libpq.so.5",
    "libpq.5.dylib",
    "libpq.dll",
    "libpq.so.5",
  ]);
});

const canLoad = mayUseDatabase() && Deno.permissions.querySync({ name: "ffi" }).state === "granted";

Deno.test({
  name: `libpq: a library that is missing or broken: the error names every place${
    canLoad ? "" : " [needs to load libraries: deno test -P lib]"
  }`,
  ignore: !canLoad,
  fn() {
    const noLibrary = fileURLToPath(import.meta.url);
    const error = assertThrows(() => openFirst(["/no/such/libpq.so.5", noLibrary], ["first"]), LibpqNotFoundError);
    const [head, first, missing, broken, advice] = error.message.split("\n");
    assertMatch(head, /^libpq, which "postgresql\+libpq:\/\/" needs, cannot be opened\. Tried:$/);
    assertEquals(first, "  first");
    assertMatch(missing, /^ {2}\/no\/such\/libpq\.so\.5: \w+/);
    assert(broken.startsWith(`  ${noLibrary}: `));
    assertMatch(advice, /^run `deno install`/);
  },
});

for (const way of WAYS) {
  database.test(`${named(way)}: the ticks of a timer during a statement: ${way.nonblocking ? "some" : "0"}`, async (url) => {
    await using engine = createEngine(on(url), way);
    await using connection = await engine.connect();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    try {
      await connection.execute("SELECT pg_sleep(0.2)");
      assertEquals(ticks > 0, way.nonblocking);
    } finally {
      clearInterval(timer);
    }
  });

  database.test(`${named(way)}: every result is given back, also after errors`, async (url) => {
    const before = { ...resultCount };
    {
      await using engine = createEngine(on(url), { ...way, isolationLevel: "AUTOCOMMIT" });
      await using connection = await engine.connect();
      const run = (sql: string, parameters: unknown[] = []) => connection.execute(sql, parameters).catch(() => {});
      for (let round = 0; round < 10; round++) {
        await run("SELECT generate_series(1, $1::int)", [10]);
        await run("SELECT 1; SELECT 2");
        await run("");
        await run("SELECT missing");
        await run("SELECT missing FROM pg_class WHERE oid = $1", [1]);
        await run("SELECT 1 / $1::int", [0]);
        await run(`SELECT 1 / $1::int /* ${round} */`, [1]);
        await run("SET DateStyle TO 'German'; SET TimeZone TO 'FOO-3'");
        await assertRejects(() => connection.execute("SELECT now(), $1::int", [1]), UnreadableValueError, '"FOO"');
      }
      await run("COPY (SELECT 1) TO STDOUT");
      await using unprepared = createEngine(on(url), { ...way, prepare: false });
      await unprepared.begin((other) => other.execute("SELECT $1::int", [1]));
      await using ended = await engine.connect();
      await assertRejects(() => ended.execute("SELECT pg_terminate_backend(pg_backend_pid())"), ConnectionLostError);
    }
    const received = resultCount.received - before.received;
    assert(received > 100, `${received}`);
    assertEquals(resultCount.cleared - before.cleared, received);
  });

  database.test(`${named(way)}: at most 500 statements are prepared, further ones are sent unnamed`, async (url) => {
    await using engine = createEngine(on(url), way);
    await using connection = await engine.connect();
    for (let i = 0; i < 510; i++) {
      assertEquals((await connection.execute(`SELECT $1::int + ${i}`, [1])).scalarOne(), i + 1);
    }
    const count = await connection.execute("SELECT count(*)::int FROM pg_prepared_statements");
    assertEquals(count.scalarOne(), 500);
  });

  database.test(`${named(way)}: options of the engine and of the URL become settings of its connections`, async (url) => {
    const options = "application_name=by%20url&search_path=%22my%20shop%22,public&options=-c%20geqo%3Doff";
    await using engine = createEngine(on(url, options), { ...way, statementTimeout: 1234, readOnly: true });
    const names = ["application_name", "search_path", "geqo", "statement_timeout", "transaction_read_only"];
    const values: unknown[] = [];
    for (const name of names) values.push(await show(engine, name));
    assertEquals(values, ["by url", '"my shop",public', "off", "1234ms", "on"]);
  });

  database.test(`${named(way)}: no wait for a lock is without end unless asked for: lock_timeout`, async (url) => {
    await using engine = createEngine(on(url), way);
    assertEquals(await show(engine, "lock_timeout"), way.nonblocking ? "0" : "2s");
    for (const options of ["lock_timeout=5s", "options=-c%20lock_timeout%3D5s"]) {
      await using chosen = createEngine(on(url, options), way);
      assertEquals(await show(chosen, "lock_timeout"), "5s");
    }
  });

  database.test(`${named(way)}: a server without TLS where TLS is required`, async (url) => {
    await using prefer = createEngine(on(url, "sslmode=prefer"), way);
    const hasTls = await show(prefer, "ssl") === "on";
    await using require = createEngine(on(url, "sslmode=require"), way);
    if (hasTls) await show(require, "ssl");
    else await assertRejects(() => require.connect(), ConnectError, "The server does not support SSL connections");
  });

  database.test(`${named(way)}: no server there`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const password = "hidden treasure"; // of its own: the server of the tests may have none
    await using engine = createEngine(
      `postgresql+libpq://sandy:${encodeURIComponent(password)}@127.0.0.1:${port}/shop`,
      way,
    );
    const error = await assertRejects(() => engine.connect(), ConnectError, "Connection refused");
    assertEquals([error.sqlstate, error.message.includes(password)], [undefined, false]);
  });

  database.test(`${named(way)}: a statement with a NUL, at which C would cut it off, is not sent`, async (url) => {
    await using engine = createEngine(on(url), way);
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    for (const parameters of [[], [1]]) {
      await assertRejects(() => connection.execute("SELECT 1 -- \0 $1", parameters), EncodingError, "NUL character");
    }
    assertEquals((await connection.execute("SELECT 'ü😀'")).scalarOne(), "ü😀");
  });
}

for (const way of WAYS) {
  database.test(`${named(way)}: COPY is refused, nothing is copied, and the connection serves on`, async (url) => {
    await using server = new Server(url);
    await server.run("DROP TABLE IF EXISTS copied; CREATE TABLE copied (id int)");
    await using engine = createEngine(on(url), { ...way, isolationLevel: "AUTOCOMMIT" });
    await using connection = await engine.connect();
    const copies = [
      "COPY copied FROM STDIN",
      "COPY (SELECT generate_series(1, 100000)) TO STDOUT",
      "SELECT 1; COPY copied FROM STDIN; SELECT 2",
      "COPY (SELECT 1) TO STDOUT; SELECT 2",
    ];
    for (const copy of copies) {
      for (const onlyReads of copy.includes(";") ? [false] : [false, true]) { // what only reads is prepared
        for (let time = 0; time < 2; time++) {
          const error = await assertRejects(() => connection.execute(copy, [], { onlyReads }), CopyNotSupportedError);
          assertEquals([error.sql, connection.inTransaction], [copy, false]);
          assertEquals((await connection.execute("SELECT $1::int", [7])).scalarOne(), 7);
        }
      }
    }
    assertEquals(await server.run("SELECT id FROM copied"), []);
    await connection.begin();
    await assertRejects(() => connection.execute("COPY copied FROM STDIN"), CopyNotSupportedError);
    await assertRejects(() => connection.execute("SELECT 1"), FailedTransactionError);
    await connection.rollback();
    await server.run("INSERT INTO copied VALUES (1), (2)");
    const last = await connection.execute("SELECT 1 AS one; DELETE FROM copied"); // the result is the last one's
    assertEquals([last.rowCount, last.all()], [2, []]);
  });
}

database.test("libpq: a call that libpq itself rejects is a DriverError, and the connection stays", async (url) => {
  const connection = connectSync({
    url: on(url),
    settings: {},
    connectTimeout: 10_000,
    prepare: false,
    nonblocking: false,
  });
  const parameters = new Array<string>(65_536).fill("1"); // the engine refuses them before
  const error = await assertRejects(() => connection.query({ sql: "SELECT $1", parameters }), DriverError, "65535");
  assertEquals(error.code, "DRIVER_FAILED");
  assertEquals((await connection.query({ sql: "SELECT 7", parameters: [] })).rows, [[7]]);
  await connection.close();
});

database.test("libpq: a statement is answered when query() returns: its promise is settled", async (url) => {
  const connection = connectSync({
    url: on(url),
    settings: {},
    connectTimeout: 10_000,
    prepare: true,
    nonblocking: false,
  });
  const answer = connection.query({ sql: "SELECT 7", parameters: [] });
  assertMatch(Deno.inspect(answer), /^Promise \{\s+\{\s+columns/); // pending promises print as such
  const failed = connection.query({ sql: "SELECT missing", parameters: [] });
  assertMatch(Deno.inspect(failed), /^Promise \{\s+<rejected>/);
  await assertRejects(() => failed, DatabaseError);
  assertEquals((await answer).rows, [[7]]);
  assertEquals(connection.querySync({ sql: "SELECT 8", parameters: [] }).rows, [[8]]);
  await connection.close();
  connection.closeSync();
  assertThrows(() => connection.querySync({ sql: "SELECT 9", parameters: [] }), ConnectionLostError, "was closed");
});

database.test("libpq: a second unit of work is refused at once, with the reason", async (url) => {
  await using engine = createEngine(on(url));
  await using other = createEngine(on(url));
  await using first = await engine.connect();
  await first.execute("SELECT 1 AS first");
  for (const candidate of [engine, other]) {
    for (const isolationLevel of [undefined, "AUTOCOMMIT"] as const) {
      await using second = await candidate.connect({ isolationLevel });
      const error = await assertRejects(() => second.execute("SELECT 2"), SecondUnitOfWorkError);
      assertEquals(
        error.message,
        `This thread has a transaction open on another connection (server process ${first.backendPid}, last ` +
          'statement: SELECT 1 AS first), and "postgresql+libpq://" blocks the thread: a statement that waits for a ' +
          "row lock of that unit of work would block indefinitely. Commit or roll it back first, or create the engine " +
          "with nonblocking: true.\nSQL: SELECT 2",
      );
    }
  }
  await first.commit();
  assertEquals(await other.begin(async (second) => (await second.execute("SELECT 2 AS n")).scalarOne()), 2);
});

database.test("libpq: a failed unit of work counts until it is rolled back, a lost one does not", async (url) => {
  await using server = new Server(url);
  await using engine = createEngine(on(url));
  await using first = await engine.connect();
  await assertRejects(() => first.execute("SELECT missing"), DatabaseError);
  await using second = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  await assertRejects(() => second.execute("SELECT 2"), SecondUnitOfWorkError);
  await first.rollback();
  await second.execute("SELECT 2");
  await first.execute("SELECT 3");
  await assertRejects(() => second.execute("SELECT 2"), SecondUnitOfWorkError);
  await server.kill(first.backendPid);
  await assertRejects(() => first.execute("SELECT 4"), ConnectionLostError);
  await second.execute("SELECT 2");
});

database.test("libpq: the wait for a row that another program holds ends in a LockTimeoutError", async (url) => {
  await using server = new Server(url);
  await server.run("CREATE TABLE held AS SELECT 1 AS id");
  await using elsewhere = createEngine(url);
  await using holder = await elsewhere.connect();
  await holder.execute("SELECT * FROM held FOR UPDATE");
  await using engine = createEngine(on(url, "lock_timeout=100ms"));
  const update = engine.begin((connection) => connection.execute("UPDATE held SET id = 2"));
  assertEquals((await assertRejects(() => update, LockTimeoutError)).sqlstate, "55P03");
});

database.test("libpq on threads: a server that does not answer", async (url) => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { user = "" } = EngineUrl.parse(url);
  const { port } = silent.addr;
  await using engine = createEngine(`postgresql+libpq://${user}@127.0.0.1:${port}/shop`, {
    connectTimeout: 1000,
    nonblocking: true,
  });
  await assertRejects(() => engine.connect(), ConnectError, "no answer within 1 s.");
});

database.test("libpq on threads: statements started together travel one after another: there is no pipelining", async (url) => {
  await using counter = new RoundTripCounter(on(url)); // runs on this thread, which therefore must not block
  await using engine = createEngine(counter.url, { nonblocking: true });
  await using connection = await engine.connect();
  const read = () => connection.execute("SELECT $1::int", [1]);
  await read();
  await connection.rollback();
  assertEquals(await counter.during(() => Promise.all([read(), read(), connection.commit()])), 4); // BEGIN, too
  assertEquals(await counter.during(() => connection.execute("SELECT $1::int + 1", [1])), 3); // BEGIN, prepare, execute
});

database.test("libpq: notices are not printed", async (url) => {
  const program = `
    import { connectSync } from "${new URL("libpq.ts", import.meta.url)}";
    import { EngineUrl } from "${new URL("../url.ts", import.meta.url)}";
    const url = EngineUrl.parse(Deno.env.get("TEST_URL"));
    const connection = connectSync({ url, settings: {}, connectTimeout: 10_000, prepare: true, nonblocking: false });
    connection.querySync({ sql: "DO $$ BEGIN RAISE WARNING 'hear'; END $$", parameters: [] });
    connection.closeSync();
    console.log("done");`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", program],
    env: { TEST_URL: on(url).reveal(), NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout), decoder.decode(stderr)], ["done\n", ""]);
});
