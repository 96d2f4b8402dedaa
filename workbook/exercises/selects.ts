/**
 * Records the SELECTs of an answer, for checks.
 *
 * @module
 */
import { type Engine, type EngineEventOf, type Session, sessionmaker } from "../../lib/mod.ts";

/** A SELECT that was sent, with its row count. */
export type Select = Pick<EngineEventOf<"query">, "sql" | "rowCount">;

/** Runs the answer in its own session, and returns the SELECTs sent. */
export async function runAndListen<T>(
  engine: Engine,
  work: (session: Session) => T | Promise<T>,
): Promise<{ value: T; selects: Select[] }> {
  const selects: Select[] = [];
  const stop = engine.events.on("query", (event) => {
    if (/^\s*(select|with)\b/i.test(event.sql)) selects.push(event);
  });
  try {
    await using session = sessionmaker(engine)();
    return { value: await work(session), selects };
  } finally {
    stop();
  }
}

/** Returns the total number of rows. */
export function rowsOf(selects: readonly Select[]): number {
  return selects.reduce((sum, { rowCount }) => sum + rowCount, 0);
}
