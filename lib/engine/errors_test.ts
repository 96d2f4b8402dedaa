import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  CheckViolationError,
  CommitOutcomeUnknownError,
  ConnectionLostError,
  DatabaseError,
  DeadlockError,
  FailedTransactionError,
  ForeignKeyViolationError,
  IntegrityError,
  LockTimeoutError,
  NotNullViolationError,
  SerializationError,
  StaleStatementError,
  StatementCancelledError,
  StatementTimeoutError,
  UniqueViolationError,
} from "./errors.ts";
import { EngineError } from "../base/error.ts";
import { databaseError } from "./drivers/server_error.ts";

Deno.test("the class of an error follows from its SQLSTATE", () => {
  const classes = {
    "23505": UniqueViolationError,
    "23503": ForeignKeyViolationError,
    "23502": NotNullViolationError,
    "23514": CheckViolationError,
    "23P01": IntegrityError,
    "40001": SerializationError,
    "40P01": DeadlockError,
    "55P03": LockTimeoutError,
    "25P02": FailedTransactionError,
    "57P01": ConnectionLostError,
    "25P03": ConnectionLostError,
    "42601": DatabaseError,
    "08P01": DatabaseError, // too few parameters
    "08001": DatabaseError, // a foreign server is away, not ours
    "0A000": DatabaseError,
  };
  for (const [sqlstate, Class] of Object.entries(classes)) {
    const error = databaseError({ sqlstate, message: "oops" }, "SELECT 1");
    assertEquals(error.constructor, Class, sqlstate);
    assertEquals(error.name, Class.name);
    assertInstanceOf(error, EngineError);
  }
});

Deno.test("57014 is a time-out or a cancellation, by its text", () => {
  const of = (message: string) => databaseError({ sqlstate: "57014", message }).constructor;
  assertEquals(of("canceling statement due to statement timeout"), StatementTimeoutError);
  assertEquals(of("canceling statement due to user request"), StatementCancelledError);
  // a server whose lc_messages are not English
  assertEquals(of("storniere Anfrage wegen Zeitüberschreitung der Anfrage"), StatementTimeoutError);
  assertEquals(of("storniere Anfrage wegen Benutzeraufforderung"), StatementCancelledError);
  assertEquals(of("ステートメントのタイムアウトのためステートメントをキャンセルしています"), StatementTimeoutError);
  assertEquals(of("ユーザーからの要求により文をキャンセルしています"), StatementCancelledError);
  // in words that are not known here it is the one that both are
  assertEquals(of("in a language of its own: timeout"), StatementCancelledError);
  assertEquals(StatementTimeoutError.prototype instanceof StatementCancelledError, true);
});

Deno.test("a prepared statement that no longer fits is told by the server's routine, or a type that is gone", () => {
  const stale = databaseError({ sqlstate: "0A000", message: "cached plan …", routine: "RevalidateCachedQuery" });
  assertEquals(stale.constructor, StaleStatementError);
  const message = "cache lookup failed for type 16400";
  assertEquals(databaseError({ sqlstate: "XX000", message }).constructor, StaleStatementError);
  assertEquals(databaseError({ sqlstate: "XX000", message: "tuple concurrently updated" }).constructor, DatabaseError);
});

Deno.test("of a prepared statement that is gone the error says what to set where a pooler stands between", () => {
  const message = 'prepared statement "s1" does not exist';
  const error = databaseError({ sqlstate: "26000", message, routine: "FetchPreparedStatement" });
  assert(
    error.message.endsWith(
      "\nHint: Behind a transaction pooler such as PgBouncer, create the engine with prepare: false.",
    ),
  );
  const inSql = databaseError({ sqlstate: "26000", message, routine: "ExecuteQuery" }); // EXECUTE, written by hand
  assertEquals([inSql.constructor, inSql.message.includes("Hint")], [DatabaseError, false]);
});

Deno.test("the message has the server's text, SQLSTATE, detail, hint and the SQL, cut", () => {
  const error = databaseError(
    { sqlstate: "42P01", message: "no such table", detail: "more", hint: "try this" },
    `SELECT ${"x".repeat(1000)}`,
  );
  const [message, detail, hint, sql] = error.message.split("\n");
  assertEquals([message, detail, hint], ["no such table (SQLSTATE 42P01)", "Detail: more", "Hint: try this"]);
  assertEquals([sql.length, sql.endsWith("x…")], ["SQL: ".length + 300, true]);
});

Deno.test("an error carries its cause", () => {
  const cause = new Error("socket");
  assertEquals(new CommitOutcomeUnknownError({ cause }).cause, cause);
  assertEquals(new ConnectionLostError("gone", "SELECT 1", { cause }).cause, cause);
  assert(new ConnectionLostError("gone", "SELECT 1").message.endsWith("\nSQL: SELECT 1"));
});
