/**
 * Observes and disturbs the server from a separate connection.
 *
 * @module
 */
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import { until } from "./until.ts";

/** Operations of a test on the server, on a connection of its own. */
export class Server implements AsyncDisposable {
  readonly #engine: Engine;

  /** @param url database URL; the driver is ignored. */
  constructor(readonly url: string) {
    this.#engine = createEngine(url, { isolationLevel: "AUTOCOMMIT", applicationName: "test: server" });
  }

  /**
   * Runs SQL, to set up and inspect tables.
   * @returns the first column of the rows.
   */
  async run(sql: string, parameters: readonly unknown[] = []): Promise<unknown[]> {
    await using connection = await this.#engine.connect();
    return (await connection.execute(sql, parameters)).scalars().all();
  }

  /**
   * Terminates a server process, like an administrator. A process of another database that has reused the id is spared.
   */
  async terminate(pid: number): Promise<void> {
    const ofThisDatabase = "pg_stat_activity WHERE pid = $1 AND datname = current_database()";
    await this.run(`SELECT pg_terminate_backend(pid) FROM ${ofThisDatabase}`, [pid]);
  }

  /** Terminates a server process and waits until it has exited. */
  async kill(pid: number): Promise<void> {
    await this.terminate(pid);
    await this.untilGone(pid);
  }

  /** Waits until a server process has exited. */
  async untilGone(pid: number): Promise<void> {
    await until(`process ${pid} is gone`, async () => (await this.#count("pid = $1", pid)) === 0);
  }

  /** Waits until a process is executing pg_sleep(). */
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
