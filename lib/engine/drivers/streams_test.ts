/**
 * The drivers over npm packages on a network that fails: every wait ends in its time, and nothing is left.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { testDatabase } from "../../../testing/test_database.ts";
import type { Driver, DriverConnection } from "../driver.ts";
import { ConnectError, ConnectionLostError } from "../errors.ts";
import { Server } from "../../../testing/server.ts";
import { socketsTo } from "../../../testing/sockets.ts";
import { StallingProxy } from "../../../testing/stalling_proxy.ts";
import { TlsFront } from "../../../testing/tls_front.ts";
import { until } from "../../../testing/until.ts";
import { type DriverName, EngineUrl } from "../url.ts";

const database = testDatabase(import.meta.url);
/** Far below what a package would wait, far above what a busy machine needs. */
const SOON = 5_000;

async function open(name: DriverName, url: EngineUrl, connectTimeout = 30_000): Promise<DriverConnection> {
  const { driver }: { driver: Driver } = await import(`./${name}.ts`);
  return await driver.connect({ url, settings: {}, connectTimeout, prepare: true, nonblocking: false });
}

function withMode(url: EngineUrl, sslMode: string): EngineUrl {
  const text = url.reveal();
  return EngineUrl.parse(`${text}${text.includes("?") ? "&" : "?"}sslmode=${sslMode}`);
}

async function within<T>(limit: number, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  assert(performance.now() - start < limit, `it took ${performance.now() - start} ms`);
  return result;
}

for (const name of ["pg", "postgres", "wire"] as const) {
  const on = (url: string) => EngineUrl.parse(url).withDriver(name);

  for (const sslMode of ["prefer", "require"]) {
    database.test(`${name}: rubbish in answer to the request for TLS is refused at once (${sslMode})`, async (url) => {
      await using proxy = await StallingProxy.start(on(url));
      await proxy.babble(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n"));
      const connecting = () => open(name, withMode(proxy.url, sslMode));
      await within(SOON, () => assertRejects(connecting, ConnectError, "The server is not PostgreSQL"));
    });
  }

  for (const [what, bytes] of [["nothing", ""], ["half a message", "R\0\0"]]) {
    database.test(`${name}: connectTimeout holds when the peer answers ${what}`, async (url) => {
      await using proxy = await StallingProxy.start(on(url));
      if (bytes) await proxy.babble(new TextEncoder().encode(bytes));
      else await proxy.stall();
      const connecting = () => open(name, proxy.url, 200);
      await within(SOON, () => assertRejects(connecting, ConnectError, "no answer within 0.2 s"));
    });
  }

  database.test(`${name}: drop() ends all that is under way, at once and once only`, async (url) => {
    await using proxy = await StallingProxy.start(on(url));
    const connection = await open(name, proxy.url);
    let lost = 0;
    connection.onLost = () => lost++;
    await proxy.stall();
    const sent = ["SELECT 1", "SELECT $1::int", "SELECT $1::text"].map((sql) =>
      connection.query({ sql, parameters: sql.includes("$") ? ["1"] : [] })
    );
    const outcomes = Promise.allSettled(sent);
    await new Promise((resolve) => setTimeout(resolve, 1)); // they are on their way
    const reason = new Error("enough");
    connection.drop(reason);
    connection.drop(new Error("again"));
    for (const outcome of await within(SOON, () => outcomes)) {
      assert(outcome.status === "rejected" && outcome.reason instanceof ConnectionLostError);
      assertEquals(outcome.reason.message.includes("(enough)"), true, outcome.reason.message);
    }
    assertEquals([lost, connection.lost], [1, reason]);
    await assertRejects(() => connection.query({ sql: "SELECT 1", parameters: [] }), ConnectionLostError, "enough");
    await connection.close();
  });

  database.test(`${name}: close() on a network that stalls ends within its limit`, async (url) => {
    await using proxy = await StallingProxy.start(on(url));
    const connection = await open(name, proxy.url);
    await proxy.stall();
    const unanswered = connection.query({ sql: "SELECT 1", parameters: [] });
    const failed = assertRejects(() => unanswered, ConnectionLostError);
    await within(SOON, () => connection.close(100));
    await failed;
  });

  const ends: [what: string, end: (connection: DriverConnection, server: Server) => Promise<void>][] = [
    ["close()", (connection) => connection.close()],
    ["close(0)", (connection) => connection.close(0)],
    // deno-lint-ignore require-await -- the others wait
    ["drop()", async (connection) => connection.drop(new Error("enough"))],
    ["cancel() and drop()", async (connection, server) => {
      const sleeping = connection.query({ sql: "SELECT pg_sleep(60)", parameters: [] }).catch(() => {});
      await server.untilSleeping(connection.backendPid);
      await connection.cancel();
      connection.drop(new Error("enough"));
      await sleeping;
    }],
  ];
  for (const [what, end] of ends) {
    for (const sslMode of ["disable", "require"]) {
      database.test(`${name}: ${what} ends the server process and the socket (sslmode=${sslMode})`, async (url) => {
        await using front = await TlsFront.start(on(url));
        await using proxy = await StallingProxy.start(on(url));
        const target = sslMode === "require"
          ? front.by(on(url), "localhost", "sslmode=require")
          : withMode(proxy.url, sslMode);
        await using server = new Server(url);
        const connection = await open(name, target);
        const { backendPid } = connection;
        await end(connection, server);
        await server.untilGone(backendPid);
        await until("the socket is closed", async () => (await socketsTo(target.port)).length === 0);
      });
    }
  }

  if (Deno.build.os !== "linux") continue; // elsewhere nothing tells of the timers of a socket
  database.test(`${name}: TCP keep-alive is on`, async (url) => {
    await using proxy = await StallingProxy.start(on(url));
    const connection = await open(name, proxy.url);
    const timers = async () => (await socketsTo(proxy.url.port)).map(({ timer }) => timer).join();
    await until("the timer of keep-alive runs, and no other", async () => await timers() === "02");
    await connection.close();
  });
}
