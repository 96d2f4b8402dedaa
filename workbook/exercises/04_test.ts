import { assertEquals } from "@std/assert";
import { createEngine, type Session } from "../../lib/mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import exercises from "./04.ts";

const database = testDatabase(import.meta.url);

database.test("exercise 04.3 tells an answer in descending order to change its direction", async (url) => {
  await using engine = createEngine(url);
  await engine.begin((connection) =>
    connection.execute("CREATE TABLE heroes (id integer PRIMARY KEY, name text NOT NULL, app_src text)")
  );
  const namesOf = async (session: Session, app: string) =>
    (await session.scalars("SELECT name FROM heroes WHERE app_src = $1 ORDER BY name DESC", [app])).all();
  const { grade } = exercises.find(({ id }) => id === "04.3")!;
  assertEquals(await grade({ namesOf, url }, { milliseconds: 0, signal: new AbortController().signal }), {
    status: "NOT YET",
    message:
      'For "async_app": [ "spongebob", "sandy", "mr. krabs" ]; expected [ "mr. krabs", "sandy", "spongebob" ]. ' +
      "The order is reversed: check the direction of orderBy().",
  });
});
