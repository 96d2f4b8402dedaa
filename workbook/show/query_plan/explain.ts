/**
 * Runs EXPLAIN (ANALYZE, BUFFERS) on a statement.
 *
 * @module
 */
import type { Compilable, Connection } from "../../../lib/engine/connection.ts";
import type { Result } from "../../../lib/engine/result.ts";
import { QueryPlan, queryPlan, type QueryPlanOptions } from "./query_plan.ts";

/** An engine. */
interface Connects {
  connect(): Promise<Connection>;
}

/** A connection or a session. */
interface Executes {
  execute(query: Compilable<Answer>): Promise<Result<Answer>>;
  beginNested(): Promise<AsyncDisposable>;
}

type Answer = { "QUERY PLAN": unknown };

/**
 * Runs a statement under EXPLAIN (ANALYZE, BUFFERS) and returns its plan as a displayable picture.
 *
 * The statement is executed, and its changes are rolled back: on an engine in a transaction of its own, on a session or
 * connection with an open transaction by a savepoint. Only non-transactional effects remain, such as the next value of
 * a sequence. A session first flushes pending changes, as before any query.
 *
 * ```ts ignore
 * const plan = await explain(engine, "SELECT * FROM orders WHERE customer_id = $1", [42]);
 * await show(plan);
 * plan.advice;
 * ```
 *
 * @param on an engine, a connection or a session
 * @param query SQL with `$1`, `$2`, … or a compilable query: of Kysely, or a `select()`
 * @throws {DatabaseError} if the server rejects the statement
 */
export async function explain(
  on: Connects | Executes,
  query: string | Compilable,
  parameters: readonly unknown[] = [],
  options: QueryPlanOptions = {},
): Promise<QueryPlan> {
  const statement = typeof query === "string" ? { sql: query, parameters } : query.compile();
  // without the statement's nodes: a session would take the question for the statement itself
  const asked: Compilable<Answer> = {
    compile: () => ({
      sql: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement.sql}`,
      parameters: statement.parameters,
    }),
  };
  return queryPlan(await ask(on, asked), options);
}

async function ask(on: Connects | Executes, query: Compilable<Answer>): Promise<unknown> {
  if ("connect" in on) {
    await using connection = await on.connect();
    return await ask(connection, query);
  }
  if ("inTransaction" in on && !on.inTransaction) {
    const connection = on as Connection;
    await connection.begin();
    try {
      return answerOf(await connection.execute(query));
    } finally {
      await connection.rollback();
    }
  }
  await using _undone = await on.beginNested();
  return answerOf(await on.execute(query));
}

function answerOf(result: Result<Answer>): unknown {
  return result.scalarOne();
}
