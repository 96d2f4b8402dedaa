/**
 * The transaction status follows the server's last report, and COPY is rejected without losing the connection.
 *
 * @module
 */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CopyNotSupportedError, DatabaseError } from "../../lib/engine/errors.ts";
import type { Register } from "./suite.ts";

/** SQL texts run in sequence on one connection, and the status after each. */
const TEXTS: readonly (readonly [sql: string, status: string])[] = [
  ["SELECT 1", "idle"],
  ["BEGIN", "in transaction"],
  ["SELECT 1", "in transaction"],
  ["SELECT missing", "failed"],
  ["SELECT 1", "failed"],
  ["ROLLBACK", "idle"],
  ["SELECT missing", "idle"],
  ["BEGIN; SELECT 1", "in transaction"],
  ["COMMIT AND CHAIN", "in transaction"],
  ["SELECT 1 / 0", "failed"],
  ["ROLLBACK AND CHAIN", "in transaction"],
  ["ROLLBACK -- back to the start", "idle"],
  ["BEGIN; SAVEPOINT s; SELECT missing", "failed"],
  ["ROLLBACK TO s", "in transaction"],
  ["COMMIT; SELECT 1", "idle"],
  ["BEGIN; SELECT 1; SELECT missing; COMMIT", "failed"],
  ["COMMIT", "idle"],
];

/** Registers the tests. */
export function status(test: Register): void {
  test("status: what the server said last, whatever the text and the outcome", async ({ connect }) => {
    const connection = await connect();
    for (const [sql, expected] of TEXTS) {
      await connection.query({ sql, parameters: [] }).catch(() => {});
      assertEquals(connection.transactionStatus, expected, sql);
    }
    await connection.query({ sql: "BEGIN", parameters: [] });
    await assertRejects(() => connection.query({ sql: "SELECT $1::int", parameters: ["x"] }), DatabaseError);
    assertEquals(connection.transactionStatus, "failed");
    await connection.query({ sql: "ROLLBACK", parameters: [] });
  });

  test("status: of a pipeline, when all of it is answered", async ({ connect }) => {
    const connection = await connect();
    const run = (texts: readonly string[]) =>
      Promise.allSettled(texts.map((sql) => connection.query({ sql, parameters: [] })));
    await run(["BEGIN", "SELECT missing", "SELECT 1"]);
    assertEquals(connection.transactionStatus, "failed");
    await run(["ROLLBACK", "BEGIN", "SELECT 1"]);
    assertEquals(connection.transactionStatus, "in transaction");
    await run(["COMMIT"]);
    assertEquals(connection.transactionStatus, "idle");
  });

  test("copy: refused by one error, nothing is copied, and the connection serves on", async ({ connect, server }) => {
    await server.run("DROP TABLE IF EXISTS copied; CREATE TABLE copied (n int)");
    const connection = await connect();
    const copies = [
      "COPY copied FROM STDIN",
      "COPY (SELECT generate_series(1, 20000)) TO STDOUT",
      "COPY (SELECT 1 WHERE false) TO STDOUT",
      "SELECT 1; COPY copied FROM STDIN; SELECT 2",
      "COPY (SELECT 1) TO STDOUT; SELECT 2",
    ];
    for (const sql of copies) {
      const error = await assertRejects(() => connection.query({ sql, parameters: [] }), CopyNotSupportedError);
      assertEquals(error.sql, sql);
      assertEquals(connection.transactionStatus, "idle");
      assertEquals((await connection.query({ sql: "SELECT $1::int", parameters: ["7"] })).rows, [[7]]);
    }
    assertEquals(await server.run("SELECT count(*)::int FROM copied"), [0]);
  });

  test("copy: the error says that what stands beside it in one text may have been committed", async (context) => {
    const { connect, server } = context;
    await server.run("DROP TABLE IF EXISTS beside; CREATE TABLE beside (n int)");
    const connection = await connect();
    for (const sql of ["INSERT INTO beside VALUES (1); COPY (SELECT 1) TO STDOUT", "COPY (SELECT 1) TO STDOUT"]) {
      const error = await assertRejects(() => connection.query({ sql, parameters: [] }), CopyNotSupportedError);
      assertMatch(error.message, /Other statements of the same text, if any, may have been committed/);
    }
    assertEquals(await server.run("SELECT n FROM beside"), [1]);
  });
}
