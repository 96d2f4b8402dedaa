/** Counts the statements of a run on all its connections. */
import { assertEquals } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { creating, makeMigrations, scratch } from "../../testing/migrations.ts";
import type { Engine } from "../engine/engine.ts";
import { history, stamp, upgrade } from "./commands.ts";

const database = testDatabase(import.meta.url);

/** Runs a function and returns the statements that it sent. */
async function statementsOf(engine: Engine, run: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const stop = engine.events.on("send", ({ sql }) => void sent.push(sql));
  await run();
  stop();
  return sent;
}

function beforeBegin(statements: readonly string[]): number {
  return statements.findIndex((sql) => sql.startsWith("BEGIN"));
}

database.test("one revision on an empty database costs nine statements, three of them before BEGIN", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  const first = await statementsOf(engine, () => upgrade(engine, folder.directory));
  assertEquals([first.length, beforeBegin(first)], [9, 3], first.join("\n"));

  await folder.add({ id: "b2", after: "a1", ...creating("two") });
  const second = await statementsOf(engine, () => upgrade(engine, folder.directory));
  assertEquals([second.length, beforeBegin(second)], [9, 3], second.join("\n"));
  const none = await statementsOf(engine, () => upgrade(engine, folder.directory));
  assertEquals(none.length, 4, none.join("\n"));
});

database.test("each further revision costs five statements: BEGIN, settings, its own, the record and COMMIT", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const all = ["a1", "b2", "c3"].map((id, index, ids) => ({ id, after: ids[index - 1], ...creating(id) }));
  await using folder = await makeMigrations(...all);
  const sent = await statementsOf(engine, () => upgrade(engine, folder.directory));
  assertEquals(sent.length, 9 + 2 * 5, sent.join("\n"));
});

database.test("to read the state takes three statements, to stamp five", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  const stamped = await statementsOf(engine, () => stamp(engine, folder.directory, "head"));
  assertEquals(stamped.length, 5, stamped.join("\n"));
  const read = await statementsOf(engine, () => history(engine, folder.directory));
  assertEquals(read.length, 3, read.join("\n"));
});
