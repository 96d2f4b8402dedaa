/**
 * Fixture for session tests: empty tables, sessions, and the statements sent so far.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import type { Metadata } from "../lib/schema/table.ts";
import { createSyncEngine, type SyncEngine } from "../lib/sync/sync_engine.ts";
import { syncSessionmaker } from "../lib/sync/sync_session.ts";
import type { TestDatabase } from "./test_database.ts";
import type { SessionOptions } from "../lib/orm/session_options.ts";
import { type SessionMaker, sessionmaker } from "../lib/orm/sessionmaker.ts";
import { emptyTables } from "./empty_tables.ts";
import { onDriver } from "./ways.ts";

/** Fixture of a test. */
export interface Fixture {
  engine: Engine;
  /** Makes sessions; of the blocking kind for `blocking`, whose calls may be awaited like the others. */
  getSession: SessionMaker;
  /** Returns a maker of sessions with options. */
  sessionsWith(options: SessionOptions): SessionMaker;
  /** Statements sent, reduced to what the test examines. */
  sent: string[];
  /** Returns the committed rows. */
  rows(sql: string): Promise<unknown[][]>;
}

/** The drivers of a `Session`, and `SyncSession`. */
export const EVERY_SESSION = ["pg", "postgres", "wire", "libpq", "blocking"] as const;

/** Returns the first word of a statement. */
export const firstWord = (sql: string): string => sql.split(" ", 1)[0].toUpperCase();

/** Returns the first three words of a statement; undefined for BEGIN, COMMIT and ROLLBACK. */
export function target(sql: string): string | undefined {
  return /^(BEGIN|COMMIT|ROLLBACK)/.test(sql) ? undefined : sql.split(" ").slice(0, 3).join(" ");
}

/** The engines of a test: the one of its sessions, and one that awaits. */
interface Engines {
  readonly engine: Engine;
  readonly blocking?: SyncEngine;
}

function connect(url: string, driver: string): Engines {
  const on = (name: string) => onDriver(url, name);
  if (driver !== "blocking") return { engine: createEngine(on(driver)) };
  return { engine: createEngine(on("pg")), blocking: createSyncEngine(on("libpq")) };
}

async function dispose({ engine, blocking }: Engines): Promise<void> {
  blocking?.dispose();
  await engine.dispose();
}

/**
 * Registers tests of one driver.
 * @param driver one of {@linkcode EVERY_SESSION}.
 * @param look returns what to record of a statement, or `undefined`.
 */
export function sessionTest(
  database: TestDatabase,
  driver: string,
  metadata: Metadata,
  look: (sql: string) => string | undefined = firstWord,
): (name: string, run: (fixture: Fixture) => Promise<void>) => void {
  let shared: Engines | undefined; // connecting takes as long as a small test
  Deno.test.afterAll(() => shared && dispose(shared));
  return (name, run) =>
    database.test(`${driver}: ${name}`, async (url) => {
      const engines = shared ?? connect(url, driver);
      const { engine, blocking } = engines;
      shared = undefined; // a failed test may leave it in any state
      await using failed = new AsyncDisposableStack();
      failed.defer(() => dispose(engines));
      await engine.begin((connection) => emptyTables(connection, metadata));
      const sent: string[] = [];
      const stopListening = (blocking ?? engine).events.on("query", ({ sql }) => {
        const noted = look(sql);
        if (noted !== undefined) sent.push(noted);
      });
      const rows = async (sql: string) => {
        await using connection = await engine.connect();
        return (await connection.execute(sql)).tuples().all();
      };
      const sessionsWith = (options: SessionOptions) =>
        blocking ? syncSessionmaker(blocking, options) as unknown as SessionMaker : sessionmaker(engine, options);
      await run({ engine, getSession: sessionsWith({}), sessionsWith, sent, rows });
      assertEquals(engine.poolStatus.held, 0, "a connection was not given back");
      stopListening();
      failed.move();
      shared = engines;
    });
}
