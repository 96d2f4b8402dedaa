/**
 * Which names in a URL are settings of the server, by the server's own word.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { createEngine } from "./engine.ts";
import { EngineUrl } from "./url.ts";

const database = testDatabase(import.meta.url);

database.test("each setting of the server that a connection may have is taken in a URL, but for the encoding", async (url) => {
  await using engine = createEngine(url);
  const settings = await engine.begin((connection) =>
    connection.execute<{ name: string }>(
      "SELECT name FROM pg_settings WHERE context IN ('user', 'superuser', 'backend', 'superuser-backend')",
    )
  );
  const names = settings.scalars<string>().all();
  assertEquals(names.length > 100, true);
  const refused = names.filter((name) => {
    try {
      const { settings } = EngineUrl.parse(`postgresql://localhost?${name}=1`);
      return settings[name] !== "1";
    } catch {
      return true;
    }
  });
  assertEquals(refused, ["client_encoding"]);
});
