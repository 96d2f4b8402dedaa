/** For checks that look at what an answer asked the server. @module */
import { type Engine, type EngineEventOf, type Session, sessionmaker } from "../../lib/mod.ts";

/** A SELECT that was sent, and how many rows came back. */
export type Select = Pick<EngineEventOf<"query">, "sql" | "rowCount">;

/** Runs the answer in a session of its own, and tells which SELECTs it sent. */
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

/** How many rows came back in all. */
export function rowsOf(selects: readonly Select[]): number {
  return selects.reduce((sum, { rowCount }) => sum + rowCount, 0);
}

/** True for an array of these values, in this order. */
export function isSame(value: unknown, wanted: readonly unknown[]): boolean {
  return Array.isArray(value) && value.length === wanted.length && wanted.every((each, index) => each === value[index]);
}
