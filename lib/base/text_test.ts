import { assertEquals } from "@std/assert";
import { maskPassword, maskUrl, plural, shorten } from "./text.ts";

Deno.test("maskPassword() masks the password of every URL in a text", () => {
  assertEquals(
    maskPassword(
      "from postgresql://sandy:secret@one/shop to postgresql+pg://localhost/shop?password=x&sslmode=require",
    ),
    "from postgresql://sandy:***@one/shop to postgresql+pg://localhost/shop?password=***&sslmode=require",
  );
  assertEquals(maskPassword("postgresql://sandy:a@b:c@one/shop"), "postgresql://sandy:***@one/shop");
});

Deno.test("maskPassword() leaves a text without password as it is", () => {
  for (const text of ["", "postgresql://sandy@localhost:5432/shop", "the password=? is asked for", "a: b@c"]) {
    assertEquals(maskPassword(text), text);
  }
});

Deno.test("maskUrl() takes the whole text for a URL, with blanks and line ends in its password", () => {
  assertEquals(maskUrl("postgresql://sandy:my secret\npass@localhost/shop"), "postgresql://sandy:***@localhost/shop");
  assertEquals(
    maskUrl("postgresql://localhost:5432/shop?password=a b&x=1"),
    "postgresql://localhost:5432/shop?password=***&x=1",
  );
  for (const name of ["sslpassword", "pasword", "passwd", "pwd", "Password", "oauth_client_secret"]) {
    assertEquals(
      maskUrl(`postgresql://localhost/shop?x=1&${name}=a b&y=2`),
      `postgresql://localhost/shop?x=1&${name}=***&y=2`,
    );
  }
});

Deno.test("shorten() puts a text on one line and cuts it", () => {
  assertEquals(shorten("  SELECT 1,\n\t 2  ", 20), "SELECT 1, 2");
  assertEquals(shorten("0123456789", 10), "0123456789");
  assertEquals(shorten("0123456789a", 10), "012345678…");
});

Deno.test("plurals of the kinds of objects", () => {
  const words = ["view", "policy", "foreign key", "check", "statistics", "index", "materialized view"];
  assertEquals(words.map(plural), [
    "views",
    "policies",
    "foreign keys",
    "checks",
    "statistics",
    "indexes",
    "materialized views",
  ]);
});
