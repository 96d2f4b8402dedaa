import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { root } from "../workbook/paths.ts";

Deno.test("deno task notebooks: a server that cannot be reached is one sentence, before anything runs", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(root, "tools", "notebooks.ts"), "00"],
    env: { DATABASE_URL: "postgresql://sandy:secret@127.0.0.1:1/shop", NO_COLOR: "1" },
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals([code, said], [1, ""]);
  assertMatch(complained, /^PostgreSQL at postgresql:\/\/sandy:\*\*\*@127\.0\.0\.1:1\/shop cannot be used: .*\n$/);
  assertMatch(complained, /Start that server or correct DATABASE_URL/);
});
