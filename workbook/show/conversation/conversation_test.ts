import { assert, assertEquals, assertRejects } from "@std/assert";
import { type DriverName, EngineUrl } from "../../../lib/mod.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { conversation, conversationSync, NothingSaidError } from "./conversation.ts";

const database = testDatabase(import.meta.url);

/** What a driver says for the second of two equal statements with a parameter, in a transaction of its own. */
const SECOND: Record<DriverName, string> = {
  pg: "Query Bind Describe Execute Sync Query",
  postgres: "Query Bind Execute Sync Query",
  wire: "Query Bind Execute Sync Query",
  libpq: "Query Bind Describe Execute Sync Query",
};

for (const [driver, expected] of Object.entries(SECOND) as [DriverName, string][]) {
  database.test(`conversation: ${driver}: BEGIN, a prepared statement, COMMIT`, async (plain) => {
    const url = EngineUrl.parse(plain).withDriver(driver);
    const talk = await conversation({ url }, async (engine) => {
      for (const number of [1, 2]) await engine.begin((connection) => connection.execute("SELECT $1::int", [number]));
    });
    const lines = talk.transcripts[0].flights.flatMap(({ lines }) => lines);
    const client = lines.filter(({ from }) => from === "client").map(({ name }) => name).join(" ");
    assertEquals(client.slice(-expected.length), expected);
    assert(talk.svg.includes("prepared before") && talk.text.includes("← CommandComplete  SELECT 1"));
  });
}

database.test("conversation: wire sends BEGIN and its statement in one piece", async (plain) => {
  const url = EngineUrl.parse(plain).withDriver("wire");
  const talk = await conversation({ url }, (engine) => engine.begin((it) => it.execute("SELECT $1::int", [1])));
  const [{ lines }] = talk.transcripts[0].flights;
  assertEquals(lines.map(({ name }) => name), ["Query", "Parse", "Describe", "Bind", "Execute", "Sync"]);
  assertEquals(new Set(lines.map(({ piece }) => piece)).size, 1);
});

database.test("conversation: of the blocking engine", async (plain) => {
  const url = EngineUrl.parse(plain).withDriver("libpq");
  const talk = await conversationSync({ url }, (engine) => {
    for (const number of [1, 2]) engine.begin((connection) => connection.execute("SELECT $1::int", [number]));
  });
  assert(talk.text.includes("S1, prepared before"));
});

database.test("conversation: with its login, and without a secret in any form", async (plain) => {
  const url = EngineUrl.parse(plain).withDriver("wire");
  const talk = await conversation({ url }, async (engine) => {
    await using connection = await engine.connect();
    await connection.execute("SELECT 'in the text of a statement'");
  }, { login: true, title: "A login" });
  const names = talk.transcripts[0].flights.flatMap(({ lines }) => lines).map(({ name }) => name);
  assertEquals([names[0], names.at(-1)], ["StartupMessage", "Terminate"]);
  const secret = /:([^:@]+)@/.exec(plain)?.[1];
  if (secret) assert(![talk.svg, talk.text, talk.table.text, JSON.stringify(talk.transcripts)].join().includes(secret));
  assert(talk.alt.startsWith("Connection 1: "));
});

database.test("conversation: work that does not use its engine, and work that fails", async (plain) => {
  await assertRejects(() => conversation(plain, () => {}), NothingSaidError, "(engine) => …");
  await assertRejects(() => conversation(plain, () => Promise.reject(new Error("my own"))), Error, "my own");
});
