import { assert, assertMatch, assertRejects } from "@std/assert";
import { DatabaseUrlError, serverVersion } from "./database_url.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);

database.test("serverVersion asks the server", async (url) => {
  assertMatch(await serverVersion(url), /^\d+(\.\d+)*$/);
});

database.test("a URL that nobody answers at: the error masks the password and says what to do", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  const url = `postgresql+pg://ada:s3cret@127.0.0.1:${listener.addr.port}/lovelace`;
  const error = await assertRejects(() => serverVersion(url), DatabaseUrlError, "ada:***@127.0.0.1");
  assert(!error.message.includes("s3cret"));
  assertMatch(error.message, /ECONNREFUSED.*correct DATABASE_URL/);
});
