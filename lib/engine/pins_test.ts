/**
 * Settings of a role change no value: with the server itself, behind PgBouncer as it comes, and behind
 * PgBouncer as the README sets it up.
 *
 * @module
 */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createSyncEngine } from "../sync/sync_engine.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { createEngine, type Engine, type EngineOptions } from "./engine.ts";
import { ConnectError, RoleSettingError } from "./errors.ts";
import { poolerTest, startPooler } from "../../testing/pgbouncer.ts";
import { RoundTripCounter } from "../../workbook/network/round_trips.ts";
import { Server } from "../../testing/server.ts";
import { StallingProxy } from "../../testing/stalling_proxy.ts";
import { type DriverName, EngineUrl } from "./url.ts";
import { STYLED, VALUES } from "../../testing/conformance/styles.ts";

const database = testDatabase(import.meta.url);

/** Runs a statement and gives its first row. */
type Run = (sql: string, parameters?: unknown[]) => unknown;

/** Every way to reach the server. */
interface Way {
  readonly name: string;
  connected<T>(url: string | EngineUrl, work: (run: Run) => Promise<T>, connectTimeout?: number): Promise<T>;
}

const asynchronous = (driver: DriverName, options: EngineOptions = {}): Way => ({
  name: options.nonblocking ? `${driver} on threads` : driver,
  async connected(url, work, connectTimeout) {
    await using engine = createEngine(EngineUrl.parse(revealed(url)).withDriver(driver), {
      ...options,
      connectTimeout,
    });
    return await work((sql, parameters) => first(engine, sql, parameters));
  },
});

const WAYS: readonly Way[] = [
  asynchronous("pg", { prepare: false }),
  asynchronous("postgres", { prepare: false }),
  asynchronous("wire", { prepare: false }),
  asynchronous("libpq", { prepare: false }),
  asynchronous("libpq", { prepare: false, nonblocking: true }),
  {
    name: "SyncEngine",
    async connected(url, work, connectTimeout) {
      const options = { prepare: false, connectTimeout };
      using engine = createSyncEngine(EngineUrl.parse(revealed(url)).withDriver("libpq"), options);
      return await work((sql, parameters) => engine.begin((connection) => connection.execute(sql, parameters).one()));
    },
  },
];

function revealed(url: string | EngineUrl): string {
  return typeof url === "string" ? url : url.reveal();
}

async function first(engine: Engine, sql: string, parameters?: unknown[]): Promise<unknown> {
  await using connection = await engine.connect();
  return (await connection.execute(sql, parameters)).one();
}

/** Gives the role of the tests other settings in their database, until `work` is over. */
async function withSettings(url: string, settings: Record<string, string>, work: () => Promise<void>): Promise<void> {
  await using server = new Server(url);
  const role = `ALTER ROLE CURRENT_USER IN DATABASE "${EngineUrl.parse(url).database}"`;
  try {
    for (const [name, value] of Object.entries(settings)) await server.run(`${role} SET ${name} = '${value}'`);
    await work();
  } finally {
    await server.run(`${role} RESET ALL`);
  }
}

/** In each of them a day looks different, and so does an interval. */
const STYLES = [
  ["German, DMY", "sql_standard"],
  ["SQL, DMY", "postgres_verbose"],
  ["SQL, MDY", "iso_8601"],
  ["Postgres, DMY", "postgres"],
];

/** An array as it is sent. */
const SENT = ["SELECT $1::text[] AS texts", [["a", null]]] as const satisfies [string, unknown[]];

const CHANGED = { DateStyle: "German, DMY", IntervalStyle: "sql_standard", bytea_output: "escape", TimeZone: "UTC" };

for (const way of WAYS) {
  database.test(`${way.name}: a role that has changed its settings reads the usual values`, async (url) => {
    await withSettings(
      url,
      { ...CHANGED, extra_float_digits: "-3", array_nulls: "off", standard_conforming_strings: "off" },
      () =>
        way.connected(url, async (run) => {
          assertEquals(await run(String.raw`SELECT 'a\nb' AS text`), { text: String.raw`a\nb` });
          assertEquals(await run(STYLED), VALUES);
          assertEquals(await run(...SENT), { texts: ["a", null] });
          for (const reset of ["RESET ALL", "DISCARD PLANS; RESET ALL"]) {
            await run("SET DateStyle TO 'SQL'; SET extra_float_digits TO 0; SELECT 1");
            assertEquals(await run(`${reset}; ${STYLED}`), VALUES, reset);
          }
        }),
    );
  });

  database.test(`${way.name}: the order of day and month in what is sent is the server's, or the URL's`, async (url) => {
    const sent = "SELECT '01/03/2026'::date AS day, current_setting('DateStyle') AS style";
    const on = (options: string) => `${url}${url.includes("?") ? "&" : "?"}${options}`;
    await withSettings(url, { DateStyle: "German, DMY" }, async () => {
      for (const options of ["DateStyle=ISO,DMY", "datestyle=German,DMY", "options=-c%20DateStyle%3DSQL,DMY"]) {
        const march = { day: "2026-03-01", style: "ISO, DMY" };
        await way.connected(on(options), async (run) => assertEquals(await run(sent), march, options));
      }
      const { style } = await way.connected(url, (run) => Promise.resolve(run(sent))) as { style: string };
      assertEquals(style.startsWith("ISO, "), true);
    });
  });

  const poolers = { "as it comes": "", "as the README sets it up": "extra_float_digits, options" };
  for (const [described, ignored] of Object.entries(poolers)) {
    const usual =
      `${way.name}: behind PgBouncer ${described}, a role that has changed its settings reads the usual values`;
    poolerTest(database, usual, async (url) => {
      for (const [DateStyle, IntervalStyle] of STYLES) {
        await withSettings(url, { ...CHANGED, DateStyle, IntervalStyle }, async () => {
          await using pooler = await startPooler(url, "transaction", 1, ignored);
          await way.connected(pooler.url, async (run) => {
            for (let turn = 0; turn < 2; turn++) assertEquals(await run(STYLED), VALUES, DateStyle);
          });
        });
      }
    });

    const refused = `${way.name}: behind PgBouncer ${described}, what would change values without a trace is refused`;
    poolerTest(database, `${refused}, with the cure`, async (url) => {
      for (const [name, value] of [["extra_float_digits", "0"], ["array_nulls", "off"]]) {
        await withSettings(url, { [name]: value }, async () => {
          const connects = async () => {
            await using pooler = await startPooler(url, "transaction", 1, ignored);
            await way.connected(pooler.url, async (run) => assertEquals(await run(...SENT), { texts: ["a", null] }));
          };
          const error = await assertRejects(connects, RoleSettingError, `for this role ${name} is ${value}, so that`);
          await using server = new Server(url);
          await server.run(/ALTER ROLE [^;]*/.exec(error.message)![0]);
          await connects();
        });
      }
    });
  }

  poolerTest(database, `${way.name}: a setting of the URL that PgBouncer refuses is refused as before`, async (url) => {
    await using pooler = await startPooler(url, "transaction", 1, "");
    const options = `${pooler.url}?statement_timeout=5s`;
    const error = await assertRejects(
      () => way.connected(options, async (run) => void await run("SELECT 1")),
      ConnectError,
    );
    assertEquals(error.sqlstate, "08P01");
  });
}

for (const way of WAYS) {
  database.test(`${way.name}: a network that stalls while the server is asked: connecting ends in time`, async (url) => {
    await using proxy = await StallingProxy.start(url);
    await proxy.stallAt("current_setting('extra_float_digits')");
    const start = performance.now();
    const connecting = () => way.connected(proxy.url, async (run) => void await run("SELECT 1"), 300);
    await assertRejects(connecting, ConnectError);
    const milliseconds = performance.now() - start;
    assertEquals(milliseconds < 3000 || milliseconds, true);
  });
}

/** A pooler that refuses start-up options with this SQLSTATE, and passes on everything else. */
function refusing(sqlstate: string, server: EngineUrl): Disposable & { port: number; refused: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const pooler = { port: listener.addr.port, refused: 0, [Symbol.dispose]: () => listener.close() };
  const serve = async (client: Deno.TcpConn) => {
    const buffer = new Uint8Array(10_000);
    const begin = buffer.subarray(0, await client.read(buffer) ?? 0);
    if (new TextDecoder().decode(begin).includes("\0options\0")) {
      pooler.refused++;
      const fields = new TextEncoder().encode(`SFATAL\0VFATAL\0C${sqlstate}\0Mno options here\0\0`);
      await client.write(Uint8Array.from([69, 0, 0, 0, 4 + fields.length, ...fields])); // ErrorResponse
      return client.close();
    }
    const connection = await Deno.connect({ hostname: server.host, port: server.port });
    await connection.write(begin);
    await Promise.allSettled([
      client.readable.pipeTo(connection.writable),
      connection.readable.pipeTo(client.writable),
    ]);
  };
  void (async () => {
    for await (const client of listener) void serve(client);
  })();
  return pooler;
}

for (const way of WAYS.slice(0, 3)) { // those that do not block the thread, which is the pooler's too
  database.test(`${way.name}: a pooler that says that options are not supported (0A000) is reached without them`, async (url) => {
    const { user = "", password = "", database = "" } = EngineUrl.parse(url);
    using pooler = refusing("0A000", EngineUrl.parse(url));
    const [u, p, d] = [user, password, database].map(encodeURIComponent);
    await way.connected(`postgresql://${u}:${p}@127.0.0.1:${pooler.port}/${d}`, async (run) => {
      assertEquals(await run("SELECT 1 AS one"), { one: 1 });
    });
    assertEquals(pooler.refused, 1);
  });
}

poolerTest(database, "PgBouncer's own console, which cannot be asked, is reached as before", async (url) => {
  await using pooler = await startPooler(url, "transaction", 1, "");
  const console = EngineUrl.parse(pooler.url.replace(/[^/]*$/, "pgbouncer"));
  await using engine = createEngine(console, { isolationLevel: "AUTOCOMMIT" });
  assertMatch(JSON.stringify(await first(engine, "SHOW VERSION")), /PgBouncer 1\./);
});

database.test("that the settings arrive is asked once an engine, and where they do not on each connection", async (url) => {
  await using counter = new RoundTripCounter(EngineUrl.parse(url));
  await using engine = createEngine(counter.url, { isolationLevel: "AUTOCOMMIT" });
  const opened: number[] = [];
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < 3; i++) {
    const before = counter.statements;
    stack.use(await engine.connect());
    opened.push(counter.statements - before);
  }
  assertEquals(opened, [1, 0, 0]);
});

poolerTest(database, "where the settings do not arrive, each connection is asked", async (url) => {
  for (const ignored of ["", "extra_float_digits, options"]) {
    await using pooler = await startPooler(url, "session", 3, ignored);
    await using counter = new RoundTripCounter(EngineUrl.parse(pooler.url));
    await using engine = createEngine(counter.url, { isolationLevel: "AUTOCOMMIT" });
    await using stack = new AsyncDisposableStack();
    for (let i = 0; i < 3; i++) stack.use(await engine.connect());
    assertEquals(counter.statements, 3);
  }
});
