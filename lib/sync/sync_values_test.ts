/**
 * Values are the same on synchronous and asynchronous connections.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { EMPTY, MISCOUNTED, UNSENDABLE } from "../../testing/conformance/types.ts";
import { DatabaseError } from "../engine/errors.ts";
import { EncodingError } from "../values/errors.ts";
import { EngineUrl } from "../engine/url.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { createSyncEngine } from "./sync_engine.ts";

const database = testDatabase(import.meta.url);

database.test("SyncEngine: an SQL text that UTF-8 or PostgreSQL cannot express is not sent, not even its BEGIN", (url) => {
  using engine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  const sent: string[] = [];
  engine.events.on("send", ({ sql }) => sent.push(sql));
  using connection = engine.connect();
  for (const sql of UNSENDABLE) {
    assertThrows(() => connection.execute(sql), EncodingError, "The SQL text cannot be sent to PostgreSQL");
  }
  assertEquals([sent, connection.inTransaction], [[], false]);
  assertEquals(connection.execute("SELECT '😀'").scalarOne(), "😀");
});

database.test("SyncEngine: too many or too few parameters are a DatabaseError; a text without a statement brings nothing", (url) => {
  for (const prepare of [true, false]) {
    using engine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"), {
      isolationLevel: "AUTOCOMMIT",
      prepare,
    });
    using connection = engine.connect();
    for (const [sql, parameters, sqlstate] of MISCOUNTED) {
      const error = assertThrows(() => connection.execute(sql, parameters), DatabaseError);
      assertEquals([error.name, error.sqlstate, error.sql], ["DatabaseError", sqlstate, sql]);
    }
    for (const sql of EMPTY) {
      const result = connection.execute(sql);
      assertEquals([result.rowCount, result.all()], [0, []], sql);
    }
    assertEquals(connection.execute("SELECT $1::int", [1]).scalarOne(), 1);
  }
});
