import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createEngine, type DriverName } from "../lib/mod.ts";
import { Server } from "../testing/server.ts";
import { until } from "../testing/until.ts";
import { testDatabase } from "../testing/test_database.ts";
import { emptyTables, start, type Started } from "../testing/application.ts";

const database = testDatabase(import.meta.url);
const DRIVERS: readonly DriverName[] = ["postgres", "pg", "wire", "libpq"];
const NOBODY = "00000000-0000-4000-8000-000000000000";

interface Toy {
  id: string;
  name: string;
  createdAt: string;
}
interface User extends Toy {
  toys: Toy[];
}

for (const driver of DRIVERS) {
  const test = (
    name: string,
    run: (app: Started, url: string) => Promise<void>,
    variables?: Record<string, string>,
  ) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await emptyTables(url);
      await using app = start(url, driver, variables);
      await run(app, url);
      await until("every connection is given back", () => app.held() === 0);
    });

  const newToy = async (app: Started, name: string): Promise<Toy> =>
    await (await app.send("POST", "/toys", { name })).json();
  const newUser = async (app: Started, body: unknown): Promise<User> =>
    await (await app.send("POST", "/users", body)).json();
  /** The status, and the fields at fault. */
  const rejected = async (response: Promise<Response>) => {
    const { errors = [] } = await (await response).json();
    return [(await response).status, ...errors.map(({ field }: { field: string[] }) => field.join("."))];
  };

  test("POST /toys makes a toy (201), and gives the one that has the name (200)", async (app) => {
    const first = await app.send("POST", "/toys", { name: "kite" });
    const kite: Toy = await first.json();
    assertEquals([first.status, kite.name], [201, "kite"]);
    assertMatch(kite.createdAt, /^\d{4}-\d\d-\d\dT.*Z$/);
    const second = await app.send("POST", "/toys", { name: "kite" });
    assertEquals([second.status, await second.json()], [200, kite]);
    assertEquals(await (await app.send("GET", `/toys/${kite.id}`)).json(), kite);
  });

  test("64 POST /toys of one name at once make one row; one answer is 201, the others 200", async (app) => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => app.send("POST", "/toys", { name: "kite" })));
    const ids = new Set(await Promise.all(answers.map(async (answer) => (await answer.json()).id)));
    const statuses = Map.groupBy(answers, ({ status }) => status);
    assertEquals([ids.size, statuses.get(201)?.length, statuses.get(200)?.length], [1, 1, 63]);
    assertEquals((await (await app.send("GET", "/toys")).json()).length, 1);
  });

  test("names have 1 to 50 characters, not bytes or UTF-16 units, without NUL", async (app) => {
    assertEquals((await newToy(app, "🪁".repeat(50))).name.length, 100);
    const field = [422, "body.name"];
    assertEquals(await rejected(app.send("POST", "/toys", { name: "" })), field);
    assertEquals(await rejected(app.send("POST", "/toys", { name: "x".repeat(51) })), field);
    assertEquals(await rejected(app.send("POST", "/toys", { name: "a\0b" })), field);
    assertEquals(await rejected(app.send("POST", "/toys", { name: "\ud800" })), field);
    assertEquals(await rejected(app.send("POST", "/toys", { name: 7 })), field);
    assertEquals(await rejected(app.send("POST", "/toys", {})), field);
  });

  test("a body that is no JSON or is missing: 422; of another type: 415; too large: 413", async (app) => {
    const post = (body: BodyInit, type = "application/json") =>
      fetch(`${app.url}/toys`, { method: "POST", body, headers: { "content-type": type } });
    assertEquals(await rejected(post('{"name":')), [422, "body"]);
    assertEquals((await rejected(post("name=kite", "application/x-www-form-urlencoded")))[0], 415);
    assertEquals((await rejected(fetch(`${app.url}/toys`, { method: "POST" })))[0], 422);
    const large = JSON.stringify({ name: "x".repeat(70_000) });
    assertEquals(await rejected(post(large)), [413]);
    assertEquals(await rejected(post(ReadableStream.from([large]).pipeThrough(new TextEncoderStream()))), [413]);
  });

  test("lists come in a stable order, page by page", async (app) => {
    const made = await Promise.all(Array.from({ length: 7 }, (_, index) => newToy(app, `toy ${index}`)));
    const ids = async (query: string) =>
      (await (await app.send("GET", `/toys${query}`)).json()).map(({ id }: Toy) => id);
    const all = await ids("");
    assertEquals(all, made.map(({ id }) => id).sort());
    assertEquals(await ids("?limit=3"), all.slice(0, 3));
    assertEquals(await ids(`?limit=3&after=${all[2]}`), all.slice(3, 6));
    assertEquals(await ids(`?limit=3&after=${all[6]}`), []);
    assertEquals(await rejected(app.send("GET", "/toys?limit=0")), [422, "query.limit"]);
    assertEquals(await rejected(app.send("GET", "/toys?limit=1001")), [422, "query.limit"]);
    assertEquals(await rejected(app.send("GET", "/users?after=seven")), [422, "query.after"]);
  });

  test("a list has at most 100 rows where no limit is asked for, and 1,000 where that is", async (app, url) => {
    await using engine = createEngine(url);
    const many = "INSERT INTO toys (name) SELECT 'toy ' || n FROM generate_series(1, 1001) n";
    await engine.begin((connection) => connection.execute(many));
    const length = async (path: string) => (await (await app.send("GET", path)).json()).length;
    assertEquals([await length("/toys"), await length("/toys?limit=1000")], [100, 1000]);
  });

  test("an id may be any UUID that the database takes", async (app, url) => {
    const id = "00000000-0000-0000-0000-000000000001"; // of no version
    await using engine = createEngine(url);
    await engine.begin((connection) => connection.execute("INSERT INTO toys (id, name) VALUES ($1, 'kite')", [id]));
    const [listed]: Toy[] = await (await app.send("GET", "/toys")).json();
    assertEquals(await (await app.send("GET", `/toys/${listed.id}`)).json(), listed);
    assertEquals((await newUser(app, { toys: [id.toUpperCase()] })).toys, [listed]);
    assertEquals(await (await app.send("GET", `/toys?after=${id}`)).json(), []);
  });

  test("POST /users: repeated toys collapse, unknown ones are dropped, a missing name is made up", async (app) => {
    const [kite, car] = [await newToy(app, "kite"), await newToy(app, "car")];
    const answer = await app.send("POST", "/users", { name: "sandy", toys: [kite.id, kite.id, NOBODY, car.id] });
    const sandy: User = await answer.json();
    assertEquals([answer.status, sandy.name], [201, "sandy"]);
    assertEquals(sandy.toys.map(({ name }) => name).sort(), ["car", "kite"]);
    assertEquals(await (await app.send("GET", `/users/${sandy.id}`)).json(), sandy);
    assertMatch((await newUser(app, { toys: [kite.id] })).name, /^[A-Z][a-z]+ [A-Z][a-z]+$/);
  });

  test("POST /users with no known toy is 404, and makes no user; bad input is 422", async (app) => {
    const { id } = await newToy(app, "kite");
    assertEquals(await rejected(app.send("POST", "/users", { name: "sandy", toys: [NOBODY] })), [404]);
    assertEquals(await rejected(app.send("POST", "/users", { toys: [] })), [422, "body.toys"]);
    assertEquals(await rejected(app.send("POST", "/users", { toys: [id, "kite"] })), [422, "body.toys.1"]);
    for (const name of ["", "x".repeat(256), null]) {
      assertEquals(await rejected(app.send("POST", "/users", { toys: [id], name })), [422, "body.name"]);
    }
    assertEquals(await (await app.send("GET", "/users")).json(), []);
    assertEquals((await newUser(app, { toys: [id], name: "x".repeat(255) })).name.length, 255);
  });

  test("GET /users sends two statements, however many users there are", async (app) => {
    const toys = await Promise.all(["kite", "car", "boat"].map((name) => newToy(app, name)));
    for (let each = 0; each < 5; each++) await newUser(app, { toys: toys.map(({ id }) => id) });
    const before = app.sent.length;
    const users: User[] = await (await app.send("GET", "/users")).json();
    assertEquals(users.map(({ toys }) => toys.length), [3, 3, 3, 3, 3]);
    assertEquals(app.sent.slice(before).map((word) => word.toUpperCase()), ["SELECT", "SELECT"]);
  });

  test("POST /users/{id}/toys gives more toys; those that are there already stay once", async (app) => {
    const [kite, car] = [await newToy(app, "kite"), await newToy(app, "car")];
    const { id } = await newUser(app, { toys: [kite.id] });
    const answer = await app.send("POST", `/users/${id}/toys`, { toys: [kite.id, car.id] });
    assertEquals(answer.status, 200);
    const names = (await answer.json()).toys.map(({ name }: Toy) => name).sort();
    assertEquals(names, ["car", "kite"]);
    const user: User = await (await app.send("GET", `/users/${id}`)).json();
    assertEquals(user.toys.map(({ name }) => name).sort(), names);
    assertEquals(await rejected(app.send("POST", `/users/${NOBODY}/toys`, { toys: [kite.id] })), [404]);
    assertEquals(await rejected(app.send("POST", `/users/${id}/toys`, { toys: [NOBODY] })), [404]);
  });

  test("16 requests at once that give a user the same toys, in either order: each toy once, and no error", async (app) => {
    const toys = await Promise.all(["kite", "car", "boat"].map(async (name) => (await newToy(app, name)).id));
    const { id } = await newUser(app, { toys: [toys[0]] });
    const give = (n: number) => app.send("POST", `/users/${id}/toys`, { toys: n % 2 === 0 ? toys : toys.toReversed() });
    const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => give(n)));
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
    assertEquals(new Set(answers.map(({ status }) => status)), new Set([200]));
    const user: User = await (await app.send("GET", `/users/${id}`)).json();
    assertEquals(user.toys.map((toy) => toy.id).sort(), toys.sort());
  });

  test("unknown ids and paths are 404, ids that are none 422", async (app) => {
    assertEquals(await rejected(app.send("GET", `/toys/${NOBODY}`)), [404]);
    assertEquals(await rejected(app.send("GET", `/users/${NOBODY}`)), [404]);
    assertEquals(await rejected(app.send("GET", "/toys/7")), [422, "path.id"]);
    assertEquals(await rejected(app.send("GET", "/heroes")), [404]);
  });

  test("a wait for a connection that takes too long is 503, and so is a statement that does", async (app, url) => {
    const kite = await newToy(app, "kite");
    await using engine = createEngine(url);
    await using connection = await engine.connect();
    await connection.execute("LOCK TABLE toys IN ACCESS EXCLUSIVE MODE");
    const answers = await Promise.all([1, 2].map(() => app.send("GET", `/toys/${kite.id}`)));
    await connection.rollback();
    assertEquals(answers.map(({ status }) => status), [503, 503]);
    for (const answer of answers) {
      assertEquals(answer.headers.get("retry-after"), "1");
      assertEquals(await answer.json(), { detail: "Database unavailable. Try again later." });
    }
    assertEquals((await app.send("GET", `/toys/${kite.id}`).then((answer) => answer.json())).name, "kite");
  }, { POOL_SIZE: "1", MAX_OVERFLOW: "0", POOL_TIMEOUT: "50", STATEMENT_TIMEOUT: "300" });

  test("a server that was restarted is asked again: the connections it closed are replaced", async (app, url) => {
    await newToy(app, "kite");
    await using server = new Server(url);
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = $1`;
    const { length } = await server.run(end, [`toys on ${driver}`]);
    assert(length > 0);
    // a process is gone from the server's list before its socket is closed here
    await until("the application has noticed", () => app.broken() === length);
    const answers = await Promise.all(Array.from({ length: 8 }, () => app.send("GET", "/toys")));
    assertEquals(new Set(answers.map(({ status }) => status)), new Set([200]));
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
  });

  test("an error rolls the request back: 500 without a word of SQL", async (app, url) => {
    const kite = await newToy(app, "kite");
    await using engine = createEngine(url);
    await engine.begin((connection) =>
      connection.execute("ALTER TABLE user_toy ADD CONSTRAINT no_toys CHECK (false) NOT VALID")
    );
    const answer = await app.send("POST", "/users", { name: "sandy", toys: [kite.id] });
    await engine.begin((connection) => connection.execute("ALTER TABLE user_toy DROP CONSTRAINT no_toys"));
    assertEquals([answer.status, await answer.json()], [500, { detail: "Internal server error." }]);
    assertEquals(await (await app.send("GET", "/users")).json(), []);
  });

  // libpq blocks the thread: its connection is back before anything could notice that a client has gone
  if (driver !== "libpq") {
    test("a client that goes away leaves no connection out", async (app, url) => {
      const kite = await newToy(app, "kite");
      await using engine = createEngine(url);
      await using connection = await engine.connect();
      await connection.execute("LOCK TABLE toys IN ACCESS EXCLUSIVE MODE");
      const client = new AbortController();
      const request = fetch(`${app.url}/toys/${kite.id}`, { signal: client.signal }).catch((error) => error.name);
      await until("the request waits for the lock", () => app.held() === 1);
      client.abort();
      assertEquals(await request, "AbortError");
      await connection.rollback();
      await until("every connection is given back", () => app.held() === 0);
    });
  }

  test("10,000 requests, one in twenty broken: no connection lost, no 500", async (app) => {
    const toys = await Promise.all(["kite", "car", "boat"].map((name) => newToy(app, name)));
    const statuses = new Map<number, number>();
    const one = async (index: number) => {
      const { id } = toys[index % toys.length];
      const answer = await (index % 20 === 7
        ? [
          () => app.send("POST", "/toys", { name: "" }),
          () => app.send("GET", `/toys/${NOBODY}`),
          () =>
            fetch(`${app.url}/users`, { method: "POST", body: "{", headers: { "content-type": "application/json" } }),
        ][index % 3]()
        : index % 10 === 3
        ? app.send("POST", "/users", { toys: [id] })
        : app.send("GET", `/toys/${id}`));
      await answer.body?.cancel();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    };
    let next = 0;
    await Promise.all(Array.from({ length: 32 }, async () => {
      while (next < 10_000) await one(next++);
    }));
    assertEquals([...statuses.keys()].sort(), [200, 201, 404, 422]);
    assertEquals([...statuses.values()].reduce((sum, count) => sum + count), 10_000);
  });

  test("every request is in the log", async (app) => {
    await newToy(app, "kite");
    await (await app.send("GET", "/nowhere")).body?.cancel();
    const seen = app.log.map(({ method, path, status }) => `${method} ${path} ${status}`);
    assertEquals(seen, ["POST /toys 201", "GET /nowhere 404"]);
    assert(app.log.every(({ milliseconds }) => milliseconds > 0));
  });
}

for (const driver of DRIVERS) {
  database.test(`${driver}: no database: /healthz says ok, /readyz and the endpoints 503`, async () => {
    await using app = start("postgresql://127.0.0.1:1/none", driver);
    const status = async (path: string) => {
      const answer = await app.send("GET", path);
      await answer.body?.cancel();
      return answer.status;
    };
    assertEquals([await status("/healthz"), await status("/readyz"), await status("/toys")], [200, 503, 503]);
  });
}

database.test("/openapi.json describes every endpoint; /docs shows it without another server", async (url) => {
  await using app = start(url, "pg");
  const { paths, components } = await (await app.send("GET", "/openapi.json")).json();
  assertEquals(Object.keys(paths).sort(), [
    "/healthz",
    "/metrics",
    "/readyz",
    "/toys",
    "/toys/{id}",
    "/users",
    "/users/{id}",
    "/users/{id}/toys",
  ]);
  const { responses, operationId, tags } = paths["/toys"].post;
  assertEquals(Object.keys(responses), ["200", "201", "408", "413", "415", "422", "500", "503"]);
  assertEquals([operationId, tags], ["ensureToy", ["toys"]]);
  const { minLength, maxLength, pattern } = components.schemas.ToyIn.properties.name;
  assertEquals([minLength, maxLength, new RegExp(pattern).test("a\0b"), new RegExp(pattern).test("kite")], [
    1,
    50,
    false,
    true,
  ]);
  const page = await (await app.send("GET", "/docs")).text();
  assertStringIncludes(page, "/docs/swagger-ui-bundle.js");
  assert(!/https?:/.test(page));
  const script = await app.send("GET", "/docs/swagger-ui-bundle.js");
  assertEquals([script.status, script.headers.get("content-type")], [200, "text/javascript; charset=utf-8"]);
  await script.body?.cancel();
});
