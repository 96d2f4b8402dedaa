/**
 * Random histories of a session whose relations change in every way: self-references, keys of two columns, cascades of
 * the server, exchanged unique values, merges, streams, objects that leave and come back. After each step that writes,
 * reads or rolls back, everything that is loaded is compared with the tables. A history that goes wrong is cut down to
 * the shortest one and printed with its seed.
 */
import fc from "npm:fast-check@^4";
import { dependencyOrder } from "../base/dependency_order.ts";
import { cases, seed } from "../../testing/cases.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { metadata } from "../../testing/mail.ts";
import { type Action, relationHistories, RelationHistory } from "../../testing/relation_history.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

const SEED = seed(20_261_130);
const HISTORIES = { pg: cases(60), postgres: cases(30), libpq: cases(30), wire: cases(30), blocking: cases(30) };
// a table before those that it refers to
const TABLES =
  dependencyOrder([...metadata.tables.values()], [...metadata.tables.values()].flatMap((table) => table.foreignKeys()))
    .order;
const EMPTY = TABLES.toReversed().map(({ sqlName }) => `DELETE FROM ${sqlName}`).join("; ");

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, () => undefined);

  test(`${HISTORIES[driver]} random histories: relations hold what the tables do`, async ({ engine, getSession }) => {
    const property = fc.asyncProperty(relationHistories, async (history: Action[]) => {
      await engine.begin((connection) => connection.execute(EMPTY));
      await new RelationHistory(getSession).run(history);
    });
    await fc.assert(property, { seed: SEED, numRuns: HISTORIES[driver] });
  });
}
