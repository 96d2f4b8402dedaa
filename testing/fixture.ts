/**
 * Fixture for session tests: empty tables, sessions, and the statements sent so far.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import type { Metadata } from "../lib/schema/table.ts";
import type { TestDatabase } from "./test_database.ts";
import { type SessionMaker, sessionmaker } from "../lib/orm/sessionmaker.ts";
import { emptyTables } from "./empty_tables.ts";

/** Fixture of a test. */
export interface Fixture {
  engine: Engine;
  getSession: SessionMaker;
  /** Statements sent, reduced to what the test examines. */
  sent: string[];
  /** Returns the committed rows. */
  rows(sql: string): Promise<unknown[][]>;
}

/** Returns the first word of a statement. */
export const firstWord = (sql: string): string => sql.split(" ", 1)[0].toUpperCase();

/** Returns the first three words of a statement; undefined for BEGIN, COMMIT and ROLLBACK. */
export function target(sql: string): string | undefined {
  return /^(BEGIN|COMMIT|ROLLBACK)/.test(sql) ? undefined : sql.split(" ").slice(0, 3).join(" ");
}

/**
 * Registers tests of one driver.
 * @param look returns what to record of a statement, or `undefined`.
 */
export function sessionTest(
  database: TestDatabase,
  driver: string,
  metadata: Metadata,
  look: (sql: string) => string | undefined = firstWord,
): (name: string, run: (fixture: Fixture) => Promise<void>) => void {
  let shared: Engine | undefined; // connecting takes as long as a small test
  Deno.test.afterAll(() => shared?.dispose());
  return (name, run) =>
    database.test(`${driver}: ${name}`, async (url) => {
      const engine = shared ?? createEngine(url.replace("postgresql:", `postgresql+${driver}:`));
      shared = undefined; // a failed test may leave it in any state
      await using failed = new AsyncDisposableStack();
      failed.defer(() => engine.dispose());
      await engine.begin((connection) => emptyTables(connection, metadata));
      const sent: string[] = [];
      const stopListening = engine.events.on("query", ({ sql }) => {
        const noted = look(sql);
        if (noted !== undefined) sent.push(noted);
      });
      const rows = async (sql: string) => {
        await using connection = await engine.connect();
        return (await connection.execute(sql)).tuples().all();
      };
      await run({ engine, getSession: sessionmaker(engine), sent, rows });
      assertEquals(engine.poolStatus.held, 0, "a connection was not given back");
      stopListening();
      failed.move();
      shared = engine;
    });
}
