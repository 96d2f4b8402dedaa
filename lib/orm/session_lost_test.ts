/** The connection breaks at each statement of a flush and of its commit: nothing may be half-written. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { EngineUrl } from "../engine/url.ts";
import { Server } from "../../testing/server.ts";
import {
  CommitOutcomeUnknownError,
  ConnectionLostError,
  createEngine,
  PendingRollbackError,
  select,
  selectinload,
  type Session,
  sessionmaker,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { metadata, Team, Toy, User } from "../../testing/playground.ts";
import { emptyTables } from "../../testing/empty_tables.ts";

const database = testDatabase(import.meta.url);

/** How the connection breaks at a statement. */
type Break =
  /** The statement does not reach the server. */
  | "the network fails"
  /** The server's process was ended by an administrator when the statement comes. */
  | "the server is killed"
  /** The statement is carried out, but the answer does not arrive. */
  | "the answer is lost";

/** A proxy that knows enough of PostgreSQL's protocol to break the connection at one statement. */
class Breaker implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #server: EngineUrl;
  readonly #kill: () => Promise<void>;
  readonly #sockets = new Set<Deno.Conn>();
  readonly #work: Promise<void>[] = [];
  #plan: { how: Break; left: number } | undefined;
  #isDeaf = false;

  constructor(server: EngineUrl, kill: () => Promise<void>) {
    this.#server = server;
    this.#kill = kill;
    this.#work.push(this.#accept());
  }

  get url(): EngineUrl {
    const { user = "", password = "", database = "", driver } = this.#server;
    const [u, p, d] = [user, password, database].map(encodeURIComponent);
    return EngineUrl.parse(`postgresql+${driver}://${u}:${p}@127.0.0.1:${this.#listener.addr.port}/${d}`);
  }

  /** Breaks the connection at the n-th statement from now, counted from 1. */
  breakAt(statement: number, how: Break): void {
    this.#plan = { how, left: statement };
  }

  /** @returns whether the statement came. */
  repair(): boolean {
    const wasBroken = this.#plan === undefined;
    this.#plan = undefined;
    this.#isDeaf = false;
    return wasBroken;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: this.#server.host, port: this.#server.port });
      this.#sockets.add(client).add(server);
      client.setNoDelay();
      server.setNoDelay();
      this.#work.push(this.#requests(client, server), this.#answers(server, client));
    }
  }

  async #requests(client: Deno.Conn, server: Deno.Conn): Promise<void> {
    let pending = new Uint8Array();
    let isStartup = true;
    try {
      for await (const chunk of chunks(client)) {
        pending = new Uint8Array([...pending, ...chunk]);
        for (;;) {
          const start = isStartup ? 0 : 1; // only the first message has no letter
          if (pending.length < start + 4) break;
          const size = start + new DataView(pending.buffer, start).getUint32(0);
          if (pending.length < size) break;
          const message = pending.slice(0, size);
          pending = pending.slice(size);
          const isStatement = !isStartup && "QE".includes(String.fromCharCode(message[0])); // Query, Execute
          isStartup = false;
          if (isStatement && !await this.#passes()) return;
          await write(server, message);
        }
      }
    } catch {
      // one side closed
    } finally {
      this.#close(client, server);
    }
  }

  /** @returns false when the connection ends before this statement. */
  async #passes(): Promise<boolean> {
    if (!this.#plan || --this.#plan.left > 0) return true;
    const { how } = this.#plan;
    this.#plan = undefined;
    if (how === "the answer is lost") this.#isDeaf = true;
    if (how === "the server is killed") await this.#kill();
    return how !== "the network fails";
  }

  async #answers(server: Deno.Conn, client: Deno.Conn): Promise<void> {
    try {
      for await (const chunk of chunks(server)) {
        if (this.#isDeaf) break;
        await write(client, chunk);
      }
    } catch {
      // one side closed
    } finally {
      this.#close(client, server);
    }
  }

  #close(...sockets: Deno.Conn[]): void {
    for (const socket of sockets) if (this.#sockets.delete(socket)) socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#close(...this.#sockets);
    await Promise.all(this.#work);
  }
}

/** A unit of work with every kind of statement: keys made by the server, rows changed, linked, unlinked and deleted. */
async function change(session: Session): Promise<void> {
  const [sandy] = (await session.scalars(select(User).options(selectinload("toys")).orderBy("name"))).all();
  const [ball, car] = [...sandy.toys].toSorted((a, b) => a.name < b.name ? -1 : 1);
  session.add(User.create({ name: "spongebob", team: new Team({ name: "squirrels" }), toys: [ball] }));
  sandy.name = "sandy cheeks";
  sandy.toys.delete(ball);
  session.delete(car);
}

const CONTENT = `
  SELECT name FROM teams UNION ALL SELECT name FROM toys
  UNION ALL SELECT u.name || coalesce(t.name, '') FROM users u LEFT JOIN teams t ON t.id = u.team_id
  UNION ALL SELECT u.name || ' has ' || t.name FROM user_toy
    JOIN users u ON u.id = user_id JOIN toys t ON t.id = toy_id
  ORDER BY 1`;
const BEFORE = ["ball", "car", "sandy", "sandy has ball", "sandy has car"];
const AFTER = ["ball", "sandy cheeks", "spongebob has ball", "spongebobsquirrels", "squirrels"];
const APPLICATION = "test: a session that breaks";

for (const driver of ["pg", "postgres"] as const) {
  for (const how of ["the network fails", "the server is killed", "the answer is lost"] satisfies Break[]) {
    database.test(`${driver}: ${how} at each statement: all or nothing, and the session goes on`, async (url) => {
      await using server = new Server(url);
      await using breaker = new Breaker(EngineUrl.parse(url).withDriver(driver), async () => {
        await server.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
          [
            APPLICATION,
          ],
        );
        await server.untilNoneLeft(APPLICATION);
      });
      await using engine = createEngine(breaker.url, { poolSize: 1, maxOverflow: 0, applicationName: APPLICATION });
      await using setUp = createEngine(url);
      const errors: string[] = [];
      for (let statement = 1;; statement++) {
        await setUp.begin((connection) => emptyTables(connection, metadata));
        const toys = ["ball", "car"].map((name) => new Toy({ name }));
        await sessionmaker(setUp).begin((session) => session.add(User.create({ name: "sandy", toys })));

        await using session = sessionmaker(engine)();
        await change(session);
        breaker.breakAt(statement, how);
        const error = await session.commit().catch((error) => error);
        if (!breaker.repair()) break; // there are no more statements
        errors.push(error.name);
        await server.untilNoneLeft(APPLICATION);
        const content = await server.run(CONTENT);
        if (error instanceof CommitOutcomeUnknownError) assertInstanceOf(error.cause, ConnectionLostError);
        else {
          assertInstanceOf(error, ConnectionLostError, `at statement ${statement}`);
          assertEquals(content, BEFORE, `at statement ${statement}`);
        }

        assertEquals(session.state, "failed");
        await assertRejects(() => session.flush(), PendingRollbackError, "lost");
        await session.rollback();
        assertEquals([session.new.size, session.dirty.size, session.deleted.size], [0, 0, 0]);
        assertEquals(engine.poolStatus.held, 0);
        if (content.length === BEFORE.length && content[1] === "car") {
          assertEquals(content, BEFORE);
          await change(session);
          await session.commit();
        }
        assertEquals(await server.run(CONTENT), AFTER);
      }
      assert(errors.length >= 7, `only ${errors.length} statements were seen`);
      assertEquals(errors.at(-1), "CommitOutcomeUnknownError");
      assertEquals(errors[0], "ConnectionLostError");
    });
  }
}

for (const driver of ["pg", "postgres"] as const) {
  database.test(`${driver}: a savepoint on a lost connection: nothing is left to return to`, async (url) => {
    await using server = new Server(url);
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver), { applicationName: APPLICATION });
    await engine.begin((connection) => emptyTables(connection, metadata));
    const query = { compile: () => ({ sql: "SELECT 1", parameters: [] }) };
    for (const autoflush of [true, false]) {
      await using session = sessionmaker(engine, { autoflush })();
      session.add(new Toy({ name: "outer" }));
      const savepoint = await session.beginNested();
      await server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
        [
          APPLICATION,
        ],
      );
      await server.untilNoneLeft(APPLICATION);
      session.add(new Toy({ name: "inner" }));
      await assertRejects(() => session.execute(query), ConnectionLostError); // of the flush, or of the query
      await assertRejects(() => savepoint.rollback(), ConnectionLostError);
      assertEquals(session.state, "failed");
      await assertRejects(() => session.flush(), PendingRollbackError, "lost");
      await session.rollback();
      assertEquals([session.state, session.new.size], ["idle", 0]);
    }
    assertEquals(await server.run(CONTENT), []);
  });
}

async function* chunks(socket: Deno.Conn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(65_536);
  for (let size = await socket.read(buffer); size !== null; size = await socket.read(buffer)) {
    yield buffer.slice(0, size);
  }
}

async function write(socket: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await socket.write(bytes.subarray(sent));
}
