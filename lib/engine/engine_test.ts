import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { createEngine, type Engine } from "./engine.ts";
import { ConnectError, DatabaseError, FailedTransactionError } from "./errors.ts";
import { Server } from "../../testing/server.ts";
import { EngineUrl } from "./url.ts";

const database = testDatabase(import.meta.url);

const withOptions = (url: string, options: string) => `${url}${url.includes("?") ? "&" : "?"}${options}`;

async function show(engine: Engine, setting: string, options: Parameters<Engine["connect"]>[0] = {}): Promise<unknown> {
  await using connection = await engine.connect(options);
  return (await connection.execute(`SHOW ${setting}`)).scalarOne();
}

Deno.test("an engine is created from a text or an EngineUrl, without any permission", async () => {
  const engine = createEngine("postgresql+postgres://sandy:secret@localhost/shop", { echo: true, poolSize: 20 });
  assertEquals(`${engine.url}`, "postgresql+postgres://sandy:***@localhost/shop");
  assertEquals(createEngine(EngineUrl.parse("postgresql://localhost")).url.driver, "pg");
  assertEquals(engine.poolStatus.size, 20);
  await engine.dispose();
});

database.test("begin() commits what its work did, and returns what it returned", async (url) => {
  await using server = new Server(url);
  await server.run("CREATE TABLE begun (name text)");
  const engine = createEngine(url);
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => sent.push(sql));
  const returned = await engine.begin(async (connection) => {
    assertEquals(connection.inTransaction, true);
    await connection.execute("INSERT INTO begun VALUES ('sandy')");
    return 42;
  });
  assertEquals([returned, sent], [42, ["BEGIN", "INSERT INTO begun VALUES ('sandy')", "COMMIT"]]);
  assertEquals(await server.run("SELECT name FROM begun"), ["sandy"]);
  await engine.dispose();
});

database.test("begin() rolls back when its work throws, and passes the error on", async (url) => {
  await using server = new Server(url);
  await server.run("CREATE TABLE undone (name text)");
  await using engine = createEngine(url);
  const sent: string[] = [];
  engine.events.on("query", ({ sql }) => sent.push(sql));
  class Mine extends Error {}
  const work = engine.begin(async (connection) => {
    await connection.execute("INSERT INTO undone VALUES ('sandy')");
    throw new Mine();
  });
  await assertRejects(() => work, Mine);
  assertEquals(sent.at(-1), "ROLLBACK");
  assertEquals(await server.run("SELECT name FROM undone"), []);
  assertEquals(engine.poolStatus.held, 0);
});

database.test("begin() does not pass over an error that its work caught", async (url) => {
  await using engine = createEngine(url);
  const work = engine.begin(async (connection) => {
    await connection.execute("SELECT missing").catch(() => {});
    return "done";
  });
  const error = await assertRejects(() => work, FailedTransactionError, "nothing was committed");
  assert(error.cause instanceof DatabaseError);
});

database.test("begin() takes a transaction's options; AUTOCOMMIT engines have transactions there too", async (url) => {
  await using server = new Server(url);
  await server.run("CREATE TABLE rolled (name text)");
  await using engine = createEngine(url, { isolationLevel: "AUTOCOMMIT" });
  const isolation = await engine.begin(
    async (connection) => (await connection.execute("SHOW transaction_isolation")).scalarOne(),
    { isolationLevel: "SERIALIZABLE", readOnly: true },
  );
  assertEquals(isolation, "serializable");
  const work = engine.begin(async (connection) => {
    await connection.execute("INSERT INTO rolled VALUES ('sandy')");
    throw new Error("no");
  });
  await assertRejects(() => work);
  assertEquals(await server.run("SELECT name FROM rolled"), []);
});

for (const driver of ["pg", "postgres", "wire"] as const) {
  const on = (url: string) => EngineUrl.parse(url).withDriver(driver);

  database.test(`${driver}: options of the engine become settings of its connections`, async (url) => {
    await using engine = createEngine(on(url), {
      applicationName: 'my app\'s "name"',
      statementTimeout: 1234,
      isolationLevel: "REPEATABLE READ",
      readOnly: true,
    });
    assertEquals(await show(engine, "application_name"), 'my app\'s "name"');
    assertEquals(await show(engine, "statement_timeout"), "1234ms");
    assertEquals(await show(engine, "transaction_isolation"), "repeatable read");
    assertEquals(await show(engine, "transaction_read_only"), "on");
    assertEquals(await show(engine, "transaction_read_only", { readOnly: false }), "off");
    assertEquals(await show(engine, "transaction_isolation", { isolationLevel: "SERIALIZABLE" }), "serializable");
  });

  database.test(`${driver}: options of the URL become settings of its connections`, async (url) => {
    const options =
      "application_name=by%20url&search_path=%22my%20shop%22,public&options=-c%20geqo%3Doff&lock_timeout=5s";
    await using engine = createEngine(on(withOptions(url, options)));
    assertEquals(await show(engine, "application_name"), "by url");
    assertEquals(await show(engine, "search_path"), '"my shop",public');
    assertEquals(await show(engine, "geqo"), "off");
    assertEquals(await show(engine, "lock_timeout"), "5s");
    await using named = createEngine(engine.url, { applicationName: "by code" });
    assertEquals(await show(named, "application_name"), "by code");
    await using plain = createEngine(on(url));
    assertEquals(await show(plain, "application_name"), "deno");
  });

  database.test(`${driver}: sslmode=prefer does without TLS where the server has none, require does not`, async (url) => {
    await using prefer = createEngine(on(withOptions(url, "sslmode=prefer")));
    const hasTls = await show(prefer, "ssl") === "on";
    await using require = createEngine(on(withOptions(url, "sslmode=require")));
    if (hasTls) await show(require, "ssl");
    else await assertRejects(() => require.connect(), ConnectError, "The server does not support SSL connections");
    await using verify = createEngine(on(withOptions(url, "sslmode=verify-full&sslrootcert=/no/such/file.pem")));
    await assertRejects(() => verify.connect(), ConnectError, "sslrootcert: ");
  });

  database.test(`${driver}: a read-only engine does not write in AUTOCOMMIT either`, async (url) => {
    await using engine = createEngine(on(url), { readOnly: true });
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const error = await assertRejects(() => connection.execute("CREATE TABLE no (id int)"), DatabaseError);
    assertEquals(error.sqlstate, "25006");
  });

  database.test(`${driver}: echo prints each statement with parameters and milliseconds`, async (url) => {
    const lines: string[] = [];
    await using engine = createEngine(on(url), { echo: (line) => lines.push(line), poolSize: 1 });
    await engine.begin((connection) => connection.execute("SELECT $1::text AS name, $2::int AS n", ["sandy", 7]));
    assertEquals(lines.length, 3);
    assertMatch(lines[0], /^\[1\] +\d+\.\d ms {2}BEGIN$/);
    assertMatch(
      lines[1],
      /^\[1\] +\d+\.\d ms {2}SELECT \$1::text AS name, \$2::int AS n {2}-- \$1 = "sandy", \$2 = 7; 1 row$/,
    );
    assertMatch(lines[2], /^\[1\] +\d+\.\d ms {2}COMMIT$/);
  });
}

database.test("echo: true prints to the console", async (url) => {
  const printed: unknown[] = [];
  const original = console.log;
  console.log = (...args) => printed.push(...args);
  try {
    await using engine = createEngine(url, { echo: true });
    assertEquals(await show(engine, "server_encoding"), "UTF8");
  } finally {
    console.log = original;
  }
  assertMatch(`${printed[1]}`, /SHOW server_encoding {2}-- 1 row$/);
});

database.test("readOnly for one AUTOCOMMIT connection is refused: there is no transaction to be read-only", async (url) => {
  await using engine = createEngine(url);
  await assertRejects(
    () => engine.connect({ isolationLevel: "AUTOCOMMIT", readOnly: true }),
    RangeError,
    "give it to createEngine()",
  );
  assertEquals(engine.poolStatus.held, 0);
});

database.test("two engines, one for each driver, see the same", async (url) => {
  const answers = await Promise.all((["pg", "postgres", "wire"] as const).map(async (driver) => {
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver));
    await using connection = await engine.connect();
    return (await connection.execute("SELECT $1::int8 AS big, now() IS NOT NULL AS yes", [1n])).all();
  }));
  assertEquals(answers[0], [{ big: 1n, yes: true }]);
  assertEquals(answers[0], answers[1]);
});

Deno.test("the types of a query's rows come from the caller or from Kysely", () => {
  const typed = async (engine: Engine) => {
    interface Shop {
      heroes: { id: number; name: string };
    }
    await using connection = await engine.connect();
    const query = engine.kysely<Shop>().selectFrom("heroes").select(["id", "name"]);
    const hero = (await connection.execute(query)).one();
    hero.id satisfies number;
    // @ts-expect-error a hero has no age
    hero.age;
    const names = await connection.execute(engine.kysely<Shop>().selectFrom("heroes").select("name"));
    names.scalarOne() satisfies string;
    names.scalars().all() satisfies string[];
    const name = names.scalarOne();
    // @ts-expect-error a name is not a number
    name satisfies number;
    const row = (await connection.execute<{ total: bigint }>("SELECT count(*) AS total FROM heroes")).one();
    row.total satisfies bigint;
    const unknownRow = (await connection.execute("SELECT 1 AS one")).one();
    // @ts-expect-error what is in a row of plain SQL is not known
    unknownRow.one satisfies number;
    // @ts-expect-error there is no such level
    await engine.connect({ isolationLevel: "SNAPSHOT" });
  };
  assertEquals(typeof typed, "function");
});
