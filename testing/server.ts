/**
 * The other side, as a test sees and disturbs it: a second engine that looks at the server's processes.
 *
 * @module
 */
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import { until } from "./until.ts";

/** What a test does to the server, from a connection of its own. */
export class Server implements AsyncDisposable {
  readonly #engine: Engine;

  /** @param url of a database; the driver does not matter. */
  constructor(readonly url: string) {
    this.#engine = createEngine(url, { isolationLevel: "AUTOCOMMIT", applicationName: "test: server" });
  }

  /**
   * Runs SQL, for set-up and to see what is really in the tables.
   * @returns the first column of the rows.
   */
  async run(sql: string, parameters: readonly unknown[] = []): Promise<unknown[]> {
    await using connection = await this.#engine.connect();
    return (await connection.execute(sql, parameters)).scalars().all();
  }

  /** Ends a server process, as an administrator does. One of another database, which has the number by now, goes on. */
  async terminate(pid: number): Promise<void> {
    const ofThisDatabase = "pg_stat_activity WHERE pid = $1 AND datname = current_database()";
    await this.run(`SELECT pg_terminate_backend(pid) FROM ${ofThisDatabase}`, [pid]);
  }

  /** Ends a server process and waits until it is gone. */
  async kill(pid: number): Promise<void> {
    await this.terminate(pid);
    await this.untilGone(pid);
  }

  /** Waits until a server process is gone. */
  async untilGone(pid: number): Promise<void> {
    await until(`process ${pid} is gone`, async () => (await this.#count("pid = $1", pid)) === 0);
  }

  /** Waits until a process is in the middle of pg_sleep(). */
  async untilSleeping(pid: number): Promise<void> {
    await until(
      `process ${pid} sleeps`,
      async () => (await this.#count("pid = $1 AND wait_event = 'PgSleep'", pid)) === 1,
    );
  }

  /** Waits until a process waits for a lock. */
  async untilBlocked(pid: number): Promise<void> {
    await until(
      `process ${pid} is blocked`,
      async () => (await this.#count("pid = $1 AND wait_event_type = 'Lock'", pid)) === 1,
    );
  }

  /** Waits until no connection of this application name is left. */
  async untilNoneLeft(applicationName: string): Promise<void> {
    await until(
      `no connection of "${applicationName}" is left`,
      async () => (await this.#count("application_name = $1", applicationName)) === 0,
    );
  }

  async #count(condition: string, parameter: unknown): Promise<number> {
    // of this database only: another run of the tests may use the same names on the same server
    const sql = `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`;
    const [count] = await this.run(sql, [parameter]);
    return count as number;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#engine.dispose();
  }
}
