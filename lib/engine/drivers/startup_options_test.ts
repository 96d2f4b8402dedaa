import { assertEquals } from "@std/assert";
import { startupOptions } from "./startup_options.ts";

Deno.test("settings become -c name=value", () => {
  assertEquals(
    startupOptions({ statement_timeout: "500", search_path: "shop" }),
    "-c statement_timeout=500 -c search_path=shop",
  );
});

Deno.test("blanks and backslashes in a value are escaped", () => {
  assertEquals(startupOptions({ search_path: "my shop, a\\b" }), "-c search_path=my\\ shop,\\ a\\\\b");
});

Deno.test("options are passed on as they are, before the others", () => {
  assertEquals(startupOptions({ lock_timeout: "1s", options: "-c geqo=off" }), "-c geqo=off -c lock_timeout=1s");
});

Deno.test("application_name has a field of its own in the startup message", () => {
  assertEquals(startupOptions({ application_name: "shop" }), "");
});
