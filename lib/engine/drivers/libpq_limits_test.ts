/**
 * The driver over libpq behind a network that stalls: every wait has its limit, and nothing is left behind.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { createSyncEngine } from "../../sync/sync_engine.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { createEngine } from "../engine.ts";
import {
  AnswerTimeoutError,
  ConnectError,
  ConnectionLostError,
  CopyNotSupportedError,
  DatabaseError,
  StatementTimeoutError,
} from "../errors.ts";
import { EngineError } from "../../base/error.ts";
import { Server } from "../../../testing/server.ts";
import { socketsTo } from "../../../testing/sockets.ts";
import { StallingProxy } from "../../../testing/stalling_proxy.ts";
import { until } from "../../../testing/until.ts";
import { EngineUrl } from "../url.ts";
import { connectOnThreads, connectSync } from "./libpq.ts";
import type { LibpqConnection } from "./libpq/connection.ts";
import { libpq } from "./libpq/library.ts";
import { resultCount } from "./libpq/result.ts";
import { Stopwatch } from "../../../testing/lateness.ts";
import type { Libpq } from "./libpq/symbols.ts";

const database = testDatabase(import.meta.url);

/** libpq as it is, and without what came with version 17: waits and requests to cancel are made otherwise then. */
const LIBRARIES: readonly (readonly [string, () => Libpq])[] = [
  ["libpq", libpq],
  ["libpq before 17", () => ({ ...libpq(), PQsocketPoll: null, PQsocketPollOnThread: null, PQcancelCreate: null })],
];

const settingsFor = (url: string | EngineUrl, connectTimeout: number) => ({
  url: (typeof url === "string" ? EngineUrl.parse(url) : url).withDriver("libpq"),
  settings: { application_name: "test: limits" },
  connectTimeout,
  prepare: true,
});
const blocking = (url: string | EngineUrl, pq?: Libpq, connectTimeout = 10_000): LibpqConnection =>
  connectSync({ ...settingsFor(url, connectTimeout), nonblocking: false }, pq);
const threads = (url: string | EngineUrl, pq?: Libpq, connectTimeout = 10_000): Promise<LibpqConnection> =>
  connectOnThreads({ ...settingsFor(url, connectTimeout), nonblocking: true }, pq);

const plain = (sql: string, timeout?: number) => ({ sql, parameters: [], timeout });
const ADD = "SELECT $1::int + 1";
const SLEEP = "SELECT pg_sleep($1::float8)";

/** Runs work and fails unless it took its limit and little more. */
async function takes<T>(limit: number, work: () => T | Promise<T>): Promise<T> {
  const watch = new Stopwatch();
  const value = await work();
  watch.assertAt(limit);
  return value;
}

for (const [name, library] of LIBRARIES) {
  database.test(`${name}: a statement that takes longer than its time is cancelled, and the connection stays`, async (url) => {
    const connection = blocking(url, library());
    for (const parameters of [[], ["30"]]) {
      const sql = parameters.length ? SLEEP : "SELECT pg_sleep(30)";
      for (let time = 0; time < 2; time++) {
        const error = await takes(
          100,
          () => assertThrows(() => connection.querySync({ sql, parameters, timeout: 100 }), AnswerTimeoutError),
        );
        assertEquals(error.message, `No answer within 0.1 s: the statement was cancelled.\nSQL: ${sql}`);
        assertEquals([error.outcome, error.sql, connection.lost], ["cancelled", sql, undefined]);
      }
    }
    assertEquals(connection.querySync({ sql: ADD, parameters: ["1"], timeout: 10_000 }).rows, [[2]]);
    connection.querySync({ sql: SLEEP, parameters: ["0.2"] }); // the limit was of one statement only
    connection.closeSync();
  });

  database.test(`${name}: a network that stalls: the statement ends, and the connection with it`, async (url) => {
    const tooLong = plain(`SELECT '${"x".repeat(8_000_000)}'`, 100);
    const calls: ((connection: LibpqConnection) => void)[] = [
      (connection) => connection.querySync(plain("SELECT 1", 100)),
      (connection) => connection.querySync({ sql: ADD, parameters: ["1"], timeout: 100 }),
      (connection) => connection.querySync({ sql: ADD, parameters: ["1"], timeout: 100 }, "BEGIN"),
      (connection) => connection.querySync({ sql: `${ADD} + 1`, parameters: ["1"], timeout: 100 }), // to be prepared
      (connection) => connection.querySync(tooLong), // cannot even be sent
    ];
    for (const call of calls) {
      await using proxy = await StallingProxy.start(url);
      const connection = blocking(proxy.url, library());
      connection.querySync({ sql: ADD, parameters: ["1"] });
      connection.querySync({ ...plain("BEGIN"), isSingle: true });
      connection.querySync(plain("COMMIT"));
      await proxy.stall();
      const error = await takes(100, () => assertThrows(() => call(connection), AnswerTimeoutError));
      assertStringIncludes(error.message, "No answer within 0.1 s: the connection was dropped.");
      assertEquals(error.outcome, "dropped");
      assertEquals(connection.lost?.message, "no answer within 0.1 s");
      const after = assertThrows(() => connection.querySync(plain("SELECT 2")), ConnectionLostError);
      assertStringIncludes(after.message, "(no answer within 0.1 s)");
      connection.closeSync();
    }
  });

  database.test(`${name}: connecting ends in its time, to the millisecond, whatever the peer says or keeps to itself`, async (url) => {
    const peers: readonly (readonly [bytes: readonly number[], options: string])[] = [
      [[], ""], // says nothing
      [[69, 0, 0, 78, 32], ""], // an error of 20,000 bytes, which do not come
      [[83], "?sslmode=require"], // agrees to TLS, and does not begin it
    ];
    for (const [bytes, options] of peers) {
      await using proxy = await StallingProxy.start(url);
      if (bytes.length > 0) await proxy.babble(new Uint8Array(bytes));
      else await proxy.stall();
      for (const connect of [blocking, threads]) {
        const peer = EngineUrl.parse(proxy.url.reveal() + options);
        const error = await takes(
          330,
          () => assertRejects(async () => await connect(peer, library(), 330), ConnectError),
        );
        assertStringIncludes(error.message, ": no answer within 0.33 s.");
      }
    }
  });

  database.test(`${name}: rubbish instead of TLS is an error at once`, async (url) => {
    await using proxy = await StallingProxy.start(url);
    await proxy.babble(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n"));
    const withTls = EngineUrl.parse(`${proxy.url.reveal()}?sslmode=require`);
    for (const connect of [blocking, threads]) {
      await assertRejects(async () => await connect(withTls, library()), ConnectError, "SSL negotiation");
    }
  });

  database.test(`${name} on threads: cancel() reaches the server, and ends in its time where nothing arrives`, async (url) => {
    await using server = new Server(url);
    await using proxy = await StallingProxy.start(url);
    const connection = await threads(proxy.url, library(), 300);
    const sleeping = assertRejects(() => connection.query(plain("SELECT pg_sleep(30)")), DatabaseError);
    await server.untilSleeping(connection.backendPid);
    await connection.cancel();
    assertEquals((await sleeping).sqlstate, "57014");
    await proxy.stall();
    await takes(300, () => assertRejects(() => connection.cancel(), Error, "no answer in time"));
    await connection.close();
  });

  database.test(`${name} on threads: drop() ends what is under way and what waits behind it at once`, async (url) => {
    await using server = new Server(url);
    const connection = await threads(url, library());
    let lost = 0;
    connection.onLost = () => lost++;
    const under = [
      connection.query({ sql: SLEEP, parameters: ["30"] }),
      connection.query(plain("SELECT 2")),
      connection.query(plain("SELECT 3")),
    ].map((answer) => assertRejects(() => answer, ConnectionLostError));
    await server.untilSleeping(connection.backendPid);
    const reason = new Error("nobody waits for it");
    const errors = await takes(0, () => (connection.drop(reason), Promise.all(under)));
    for (const error of errors) {
      assertEquals([error.message.includes("(nobody waits for it)"), error.cause], [true, reason]);
    }
    assertEquals([connection.lost, lost], [reason, 1]);
    await takes(0, () => connection.close());
    await server.kill(connection.backendPid);
  });

  database.test(`${name} on threads: close() waits for what is under way, within its limit`, async (url) => {
    await using server = new Server(url);
    const connection = await threads(url, library());
    const answer = connection.query(plain("SELECT pg_sleep(0.2), 'slept' AS how"));
    await connection.close(10_000);
    assertEquals((await answer).rows[0][1], "slept");

    const other = await threads(url, library());
    const sleeping = assertRejects(() => other.query(plain("SELECT pg_sleep(30)")), ConnectionLostError, "was closed");
    await server.untilSleeping(other.backendPid);
    await takes(200, () => other.close(200));
    await sleeping;
    await server.kill(other.backendPid);
  });

  database.test(`${name}: nothing is left of what was given up: no result, no socket, no session`, async (url) => {
    await using server = new Server(url);
    await using proxy = await StallingProxy.start(url);
    const giveUp = async () => {
      const connections = [blocking(proxy.url, library()), await threads(proxy.url, library())];
      await proxy.stall();
      assertThrows(() => connections[0].querySync(plain("SELECT 1", 20)), AnswerTimeoutError);
      const answer = assertRejects(() => connections[1].query(plain("SELECT 1")), ConnectionLostError);
      await assertRejects(() => threads(proxy.url, library(), 20), ConnectError);
      assertThrows(() => blocking(proxy.url, library(), 20), ConnectError);
      connections[1].drop(new Error("enough"));
      await answer;
      for (const connection of connections) await connection.close();
      await proxy.resume();
    };
    await giveUp();
    await server.untilNoneLeft("test: limits");
    const results = { ...resultCount };
    for (let round = 0; round < 5; round++) await giveUp();
    await server.untilNoneLeft("test: limits");
    // the requests to cancel before 17 end by themselves
    await until("all sockets are closed", async () => (await socketsTo(proxy.url.port)).length === 0);
    assertEquals(resultCount.received - results.received, resultCount.cleared - results.cleared);
  });
}

database.test("libpq: an error of the server's own stays what it is when there is a limit as well", (url) => {
  const connection = blocking(url);
  connection.querySync(plain("SET statement_timeout = 50"));
  assertThrows(() => connection.querySync(plain("SELECT pg_sleep(30)", 10_000)), StatementTimeoutError);
  assertThrows(() => connection.querySync(plain("SELECT missing", 10_000)), DatabaseError, "missing");
  connection.closeSync();
});

database.test("libpq: a statement that was cancelled leaves its transaction failed, as the server says", (url) => {
  const connection = blocking(url);
  connection.querySync({ sql: SLEEP, parameters: ["0"] });
  connection.querySync({ ...plain("BEGIN"), isSingle: true });
  connection.querySync(plain("ROLLBACK"));
  assertThrows(
    () => connection.querySync({ sql: SLEEP, parameters: ["30"], timeout: 100 }, "BEGIN"),
    AnswerTimeoutError,
  );
  assertEquals(connection.transactionStatus, "failed");
  connection.querySync(plain("ROLLBACK"));
  assertEquals(connection.transactionStatus, "idle");
  connection.closeSync();
});

database.test("libpq: the status is the server's last word: of a ROLLBACK that is on its way nothing is known", async (url) => {
  await using proxy = await StallingProxy.start(url);
  const connection = blocking(proxy.url);
  connection.querySync(plain("SELECT 1"), "BEGIN");
  connection.sendSync("ROLLBACK"); // prepared on its first use, which waits
  connection.querySync(plain("SELECT 1"), "BEGIN");
  assertEquals(connection.transactionStatus, "in transaction");
  await proxy.stall();
  connection.sendSync("ROLLBACK");
  assertEquals(connection.transactionStatus, "in transaction");
  await proxy.resume();
  await until("the answer is there", () => connection.transactionStatus === "idle");
  assertEquals(connection.querySync(plain("SELECT 2")).rows, [[2]]);
  connection.closeSync();
});

database.test("libpq: a ROLLBACK that nobody waited for and that never comes counts for the time of the next statement", async (url) => {
  await using proxy = await StallingProxy.start(url);
  for (const ahead of [undefined, "BEGIN"]) {
    const connection = blocking(proxy.url);
    for (let time = 0; time < 2; time++) {
      connection.querySync({ ...plain("SELECT 1"), isSingle: true }, "BEGIN");
      connection.sendSync("ROLLBACK");
    }
    connection.querySync({ ...plain("SELECT 1"), isSingle: true }, "BEGIN");
    await proxy.stall();
    connection.sendSync("ROLLBACK");
    const next = { ...plain("SELECT 1", 100), isSingle: true };
    const error = await takes(100, () => assertThrows(() => connection.querySync(next, ahead), AnswerTimeoutError));
    assertEquals(error.outcome, "dropped");
    connection.closeSync();
    await proxy.resume();
  }
});

database.test("libpq on threads: the status is the server's last word while statements wait", async (url) => {
  const connection = await threads(url);
  await connection.query(plain("BEGIN"));
  const sleep = () => connection.query(plain("SELECT pg_sleep(0.1)"));
  const answers = [sleep(), sleep(), connection.query(plain("COMMIT"))];
  assertEquals(connection.transactionStatus, "in transaction");
  await answers[0];
  assertEquals(connection.transactionStatus, "in transaction");
  await Promise.all(answers);
  assertEquals(connection.transactionStatus, "idle");
  await connection.query(plain("BEGIN; SELECT missing")).catch(() => {});
  assertEquals(connection.transactionStatus, "failed");
  await connection.close();
});

database.test("libpq on threads: more connections wait than there are threads, for one that needs a thread too", async (url) => {
  await using server = new Server(url);
  const holder = await threads(url);
  await holder.query(plain("SELECT pg_advisory_lock(13)"));
  const others = await Promise.all(Array.from({ length: 40 }, () => threads(url)));
  const locked = others.map((other) => other.query(plain("SELECT pg_advisory_lock_shared(13), 'locked' AS how")));
  await server.untilBlocked(others[39].backendPid);
  assertEquals((await holder.query(plain("SELECT pg_advisory_unlock(13)"))).rows, [[true]]);
  for (const answer of await Promise.all(locked)) assertEquals(answer.rows[0][1], "locked");
  await Promise.all([holder, ...others].map((connection) => connection.close()));
});

database.test("libpq on threads: the name of a host that takes long to look up counts for the time of connecting", async (url) => {
  const pq = libpq();
  let begun = 0;
  const slow: Libpq = {
    ...pq,
    PQconnectStartParamsOnThread: async (keywords, values, expand) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const connection = await pq.PQconnectStartParamsOnThread(keywords, values, expand);
      begun++;
      return connection;
    },
  };
  await using server = new Server(url);
  await takes(100, () => assertRejects(() => threads(url, slow, 100), ConnectError, "no answer within 0.1 s."));
  await until("the name was found", () => begun === 1);
  await server.untilNoneLeft("test: limits"); // what was begun is closed
  const connection = await threads(url, slow, 10_000);
  assertEquals((await connection.query(plain("SELECT 1"))).rows, [[1]]);
  await connection.close();
});

database.test("libpq: a COPY that sends without end ends in its time", async (url) => {
  const connection = blocking(url);
  const copy = plain("COPY (SELECT generate_series(1, 1000000000)) TO STDOUT", 300);
  const error = await takes(300, () => assertThrows(() => connection.querySync(copy), EngineError));
  // a busy machine may not even have begun it
  assert(error instanceof CopyNotSupportedError || error instanceof AnswerTimeoutError, `${error}`);
  if (!connection.lost) assertEquals(connection.querySync(plain("SELECT 1")).rows, [[1]]);
  connection.closeSync();
});

database.test("libpq: a server that refuses is asked once", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let asked = 0;
  const refusing = (async () => {
    for await (const client of listener) {
      asked++;
      await client.read(new Uint8Array(1000));
      const fields = new TextEncoder().encode("SFATAL\0VFATAL\0C28P01\0Mno such sandy\0\0");
      await client.write(new Uint8Array([69, 0, 0, 0, fields.length + 4, ...fields]));
      client.close();
    }
  })();
  const url = `postgresql://sandy:secret@127.0.0.1:${listener.addr.port}/shop`;
  const error = await assertRejects(() => threads(url), ConnectError, "no such sandy");
  assertEquals([error.sqlstate, asked], ["28P01", 1]);
  listener.close();
  await refusing;
});

database.test("libpq: the engines keep the limit of connecting", async (url) => {
  await using proxy = await StallingProxy.start(url);
  await proxy.stall();
  const libpqUrl = proxy.url.withDriver("libpq");
  using sync = createSyncEngine(libpqUrl, { connectTimeout: 250 });
  await takes(250, () => assertThrows(() => sync.connect(), ConnectError, "no answer within 0.25 s."));
  for (const nonblocking of [false, true]) {
    await using engine = createEngine(libpqUrl, { connectTimeout: 250, nonblocking });
    await takes(250, () => assertRejects(() => engine.connect(), ConnectError, "no answer within 0.25 s."));
  }
});

database.test("libpq: a signal that the program handles does not disturb a wait, Ctrl-C ends it", async (url) => {
  if (Deno.build.os === "windows") return;
  const program = `
    import { connectSync } from "${new URL("libpq.ts", import.meta.url)}";
    import { EngineUrl } from "${new URL("../url.ts", import.meta.url)}";
    Deno.addSignalListener("SIGUSR1", () => {});
    const url = EngineUrl.parse(Deno.env.get("TEST_URL"));
    const connection = connectSync({ url, settings: {}, connectTimeout: 10_000, prepare: true, nonblocking: false });
    const sleep = (seconds) => connection.querySync({ sql: "SELECT pg_sleep(" + seconds + ")", parameters: [] });
    console.log(connection.backendPid);
    sleep(0.5);
    console.log("slept");
    sleep(30);`;
  await using server = new Server(url);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", program],
    env: { TEST_URL: EngineUrl.parse(url).withDriver("libpq").reveal(), NO_COLOR: "1" },
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const pid = Number((await lines.read()).value);
  await server.untilSleeping(pid);
  child.kill("SIGUSR1");
  assertEquals((await lines.read()).value, "slept\n");
  await server.untilSleeping(pid);
  child.kill("SIGINT");
  assertEquals((await child.status).signal, "SIGINT");
  assertEquals((await lines.read()).done, true);
  await server.kill(pid); // the server does not notice by itself
});
