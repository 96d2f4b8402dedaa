/** What a database may do to an application: each is told apart, in the response and once in the log, and none is 500. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createEngine, type DriverName, EngineUrl } from "../lib/mod.ts";
import { testDatabase } from "../testing/test_database.ts";
import { emptyTables, start, type Started } from "../testing/application.ts";
import { Stopwatch } from "../testing/lateness.ts";
import { StallingProxy } from "../testing/stalling_proxy.ts";
import { until } from "../testing/until.ts";
import { withDatabase, withStartupOption } from "../workbook/connection_url.ts";

const database = testDatabase(import.meta.url);

for (const driver of ["postgres", "pg", "libpq"] as const satisfies DriverName[]) {
  const test = (name: string, run: (url: string) => Promise<void>) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await emptyTables(url);
      await run(url);
    });
  const answer = async (response: Promise<Response>) => ({
    status: (await response).status,
    body: await (await response).json(),
  });
  const newToy = async (app: Started, name: string) => (await answer(app.send("POST", "/toys", { name }))).body;
  const detail = async (app: Started, path: string) => {
    const { status, body } = await answer(app.send("GET", path));
    return [status, body.status ?? null, body.detail];
  };

  test("one that can never work refuses, and one that is not there is away: said once for each change", async (url) => {
    const refused = "The database refuses this application. The log says why.";
    {
      await using app = start(withDatabase(url, "no_such_database"), driver);
      for (let time = 0; time < 3; time++) assertEquals(await detail(app, "/toys"), [503, null, refused]);
      assertEquals(await detail(app, "/readyz"), [503, "refused", refused]);
      assertEquals(app.said.length, 1);
      assertMatch(app.said[0], /^The database refuses this application.*Cannot connect to .*no_such_database/);
    }
    const away = "The database does not answer. Try again later.";
    await using app = start("postgresql://127.0.0.1:1/none", driver);
    for (let time = 0; time < 3; time++) assertEquals(await detail(app, "/toys"), [503, null, away]);
    assertEquals(await detail(app, "/readyz"), [503, "away", away]);
    assertEquals(app.said.length, 1);
    assertMatch(app.said[0], /^The database is away: Cannot connect to/);
  });

  test("tables that are missing are named, with the command that makes them, until they are there", async (url) => {
    await using engine = createEngine(url);
    await engine.begin(async (connection) => {
      await connection.execute("DROP SCHEMA IF EXISTS later CASCADE");
      await connection.execute("CREATE SCHEMA later");
    });
    await using app = start(withStartupOption(url, "-csearch_path=later"), driver);
    const lacks =
      "The database lacks tables or columns of this application. Its operator has to run `deno task migrate`.";
    assertEquals(await detail(app, "/toys"), [503, null, lacks]);
    assertEquals(await detail(app, "/readyz"), [503, "unfit", lacks]);
    assertEquals(await detail(app, "/toys"), [503, null, lacks]);
    assertEquals(app.said.length, 1);
    assertMatch(app.said[0], /lacks what this application needs: relation "toys" does not exist/);
    await emptyTables(withStartupOption(url, "-csearch_path=later"));
    assertEquals(await detail(app, "/readyz"), [200, "ok", undefined]);
    assertEquals(app.said.slice(1), ["The database has what this application needs again."]);
  });

  test("a role that may only read reads, and its writes are 503", async (url) => {
    await using app = start(withStartupOption(url, "-cdefault_transaction_read_only=on"), driver);
    assertEquals(await answer(app.send("GET", "/toys")), { status: 200, body: [] });
    const { status, body } = await answer(app.send("POST", "/toys", { name: "kite" }));
    assertEquals([status, body.detail], [503, "The database does not permit this to the application."]);
    assertEquals(app.said.length, 1);
  });

  test("a toy that is deleted between its check and its use is 409", async (url) => {
    await using other = createEngine(url);
    await using app = start(url, driver);
    const kite = await newToy(app, "kite");
    await other.begin((connection) =>
      connection.execute(`CREATE OR REPLACE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN DELETE FROM toys; RETURN NEW; END'`)
    );
    await other.begin((connection) =>
      connection.execute("CREATE TRIGGER vanish BEFORE INSERT ON user_toy FOR EACH ROW EXECUTE FUNCTION vanish()")
    );
    try {
      const { status, body } = await answer(app.send("POST", "/users", { toys: [kite.id] }));
      assertEquals([status, body.detail], [409, "A toy or the user was deleted meanwhile. Read them again."]);
      assertEquals((await answer(app.send("GET", "/users"))).body, []);
    } finally {
      await other.begin((connection) => connection.execute("DROP FUNCTION vanish CASCADE"));
    }
  });

  test("a server that does not accept a connection: 503 within the request's limit, and for /healthz, too", async (url) => {
    await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver(driver));
    await proxy.stall();
    await using app = start(proxy.url.reveal(), driver, { REQUEST_TIMEOUT: "500", POOL_SIZE: "2" });
    const watch = new Stopwatch();
    const answers = await Promise.all([
      ...Array.from({ length: 7 }, () => answer(app.send("GET", "/toys"))),
      answer(app.send("GET", "/healthz")),
    ]);
    watch.assertBetween(0, 500);
    assertEquals(answers.map(({ status }) => status), [...new Array(7).fill(503), 200]);
  });

  test("a server that falls silent: 503 within the request's limit, and no longer than that for /healthz", async (url) => {
    await using proxy = await StallingProxy.start(EngineUrl.parse(url).withDriver(driver));
    await using app = start(proxy.url.reveal(), driver, { REQUEST_TIMEOUT: "500", POOL_SIZE: "2" });
    await newToy(app, "kite");
    await proxy.stall();
    const watch = new Stopwatch();
    const answers = await Promise.all([
      ...Array.from({ length: 7 }, () => answer(app.send("GET", "/toys"))),
      answer(app.send("GET", "/healthz")),
    ]);
    watch.assertBetween(0, 500);
    assertEquals(answers.pop(), { status: 200, body: { status: "ok" } });
    assertEquals(new Set(answers.map(({ status }) => status)), new Set([503]));
    await proxy.resume();
    await until("it serves again", async () => (await answer(app.send("GET", "/toys"))).status === 200);
    assert(app.said.length >= 2, app.said.join("\n"));
    assertEquals(app.said.at(-1), "The database answers again.");
    await until("every connection is given back", () => app.held() === 0);
  });
}

database.test("pg: two changes of one toy at the same time: one is 409, or 412 if it named its version", async (url) => {
  await emptyTables(url);
  await using app = start(url, "pg");
  for (const ifMatch of [undefined, '"1"']) {
    const made = await app.send("POST", "/toys", { name: `kite of ${ifMatch}` });
    const { id } = await made.json();
    await using other = createEngine(url);
    await using connection = await other.connect();
    await connection.execute("UPDATE toys SET version = version + 1 WHERE id = $1", [id]);
    const renaming = fetch(`${app.url}/toys/${id}`, {
      method: "PATCH",
      body: '{"name":"car"}',
      headers: { "content-type": "application/json", ...(ifMatch && { "if-match": ifMatch }) },
    });
    const waiting =
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await using watcher = await other.connect({ isolationLevel: "AUTOCOMMIT" });
    await until("it waits for the row", async () => (await watcher.execute(waiting)).scalar() === 1);
    await connection.commit();
    const response = await renaming;
    await response.body?.cancel();
    assertEquals(response.status, ifMatch ? 412 : 409);
  }
});
