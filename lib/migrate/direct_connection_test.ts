import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Connection } from "../engine/connection.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import { EngineUrl } from "../engine/url.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { upgrade } from "./commands.ts";
import { requireDirect } from "./direct_connection.ts";
import { TransactionPoolerError } from "./errors.ts";
import { makeMigrations } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);

/** Server processes that are lent to clients for a transaction, or for as long as the client is there. */
class Pooler {
  readonly #mode: "transaction" | "session";
  readonly #free: Connection[];
  #waiting: (() => void)[] = [];

  constructor(mode: "transaction" | "session", servers: readonly Connection[]) {
    this.#mode = mode;
    this.#free = [...servers];
  }

  /** The part of a connection that the tested code uses. */
  client(): Connection {
    let server: Promise<Connection> | undefined;
    let inTransaction = false;
    const give = async () => {
      const gone = server;
      server = undefined;
      if (gone) this.#free.unshift(await gone);
      this.#waiting.shift()?.();
    };
    const run = async (work: (server: Connection) => Promise<unknown>) => {
      const answer = await work(await (server ??= this.#take()));
      if (this.#mode === "transaction" && !inTransaction) await give();
      return answer;
    };
    const end = async () => {
      if (!inTransaction) return;
      inTransaction = false;
      await run((server) => server.rollback());
    };
    const client = {
      backendPid: -1, // a pooler invents it
      execute: (sql: string) => run((server) => server.execute(sql)),
      begin() {
        inTransaction = true;
        return run((server) => server.begin());
      },
      rollback: end,
      async close() {
        await end();
        await give();
      },
    };
    return client as unknown as Connection;
  }

  async #take(): Promise<Connection> {
    while (this.#free.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#free.shift()!;
  }
}

/** A second connection, as an engine opens one behind a pooler: the server is asked for its settings first. */
async function askedFirst(second: Connection): Promise<Connection> {
  await second.execute("SELECT 1");
  return second;
}

async function servers(engine: Engine, count: number): Promise<Connection[]> {
  return await Promise.all(Array.from({ length: count }, () => engine.connect({ isolationLevel: "AUTOCOMMIT" })));
}

for (const size of [2, 1]) {
  const told = async (url: string) => {
    await using engine = createEngine(url);
    const behind = await servers(engine, size);
    const pooler = new Pooler("transaction", behind);
    const error = await assertRejects(
      () => requireDirect(pooler.client(), EngineUrl.parse(url), () => askedFirst(pooler.client())),
      TransactionPoolerError,
    );
    const { user, port, database, isSocket } = EngineUrl.parse(url);
    if (!isSocket) assertStringIncludes(error.message, `--url postgresql://${user}:***@`);
    if (!isSocket) assertStringIncludes(error.message, `:${port}/${database}`);
    for (const server of behind) await server.close();
  };

  const noObstacle = async (url: string) => {
    await using engine = createEngine(url);
    const behind = await servers(engine, size);
    const pooler = new Pooler("session", behind);
    const client = pooler.client();
    await requireDirect(client, EngineUrl.parse(url), () => askedFirst(pooler.client()));
    await client.close();
    for (const server of behind) await server.close();
  };

  // side by side: a single process makes both wait for two seconds
  const name = `behind a transaction pooler of ${size} the server's own --url is told; one that keeps a process for ` +
    "each session is no obstacle";
  database.test(name, async (url) => void await Promise.all([told(url), noObstacle(url)]));
}

database.test("without a pooler one statement is enough", async (url) => {
  await using engine = createEngine(url);
  const [connection] = await servers(engine, 1);
  const statements: string[] = [];
  engine.events.on("query", ({ sql }) => void statements.push(sql));
  await requireDirect(connection, engine.url, () => Promise.reject(new Error("no second connection is needed")));
  assertEquals(statements, ["SELECT pg_backend_pid()"]);
  await connection.close();
});

database.test("a lock that the next statement does not find is not relied on", async (url) => {
  await using engine = createEngine(url);
  await using folder = await makeMigrations({ id: "a1" });
  const behind = await servers(engine, 2);
  let turn = 0;
  const alternating = {
    backendPid: behind[0].backendPid,
    execute: (...args: Parameters<Connection["execute"]>) => behind[turn++ % 2].execute(...args),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const source = { url: engine.url, connect: () => Promise.resolve(alternating) };
  await assertRejects(
    () => upgrade(source as unknown as Engine, folder.directory, "head", { waitTimeout: 0 }),
    TransactionPoolerError,
  );
  assertEquals(await locks(engine), 0, "it is released");
  for (const server of behind) await server.close();
});

database.test("a run does not try to take the lock through a connection that may be a pooler's", async (url) => {
  await using engine = createEngine(url);
  await using folder = await makeMigrations({ id: "a1" });
  const [server] = await servers(engine, 1);
  const heard: string[] = [];
  const pooled = {
    backendPid: -1, // a pooler invents it
    execute: (...[sql, parameters]: Parameters<Connection["execute"]>) => {
      heard.push(String(sql));
      if (heard.length > 1) throw new Error("enough");
      return server.execute(sql, parameters);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const source = { url: engine.url, connect: () => Promise.resolve(pooled) };
  await assertRejects(() => upgrade(source as unknown as Engine, folder.directory), Error, "enough");
  assertEquals([heard[1], await locks(engine)], ["SELECT pg_backend_pid()", 0], "first it finds out");
  await server.close();
});

/** Number of advisory locks in the database. */
async function locks(engine: Engine): Promise<number> {
  await using connection = await engine.connect();
  const sql = `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return (await connection.execute(sql)).scalarOne<number>();
}
