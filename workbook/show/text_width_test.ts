import { assert, assertEquals } from "@std/assert";
import { fitText, textWidth, wrapText } from "./text_width.ts";

Deno.test("textWidth() grows with the font size and knows narrow from wide letters", () => {
  assertEquals(textWidth("iiii", 10), 10);
  assertEquals(textWidth("iiii", 20), 20);
  assert(textWidth("mmmm", 10) > 3 * textWidth("iiii", 10));
  assert(textWidth("abc", 10, true) > textWidth("abc", 10));
});

Deno.test("textWidth() counts a character outside of ASCII as one digit", () => {
  assertEquals(textWidth("ж", 10), textWidth("0", 10));
});

Deno.test("fitText() keeps what fits and shortens the rest with an ellipsis", () => {
  assertEquals(fitText("select 1", 12, 200), "select 1");
  const short = fitText("select * from heroes where id = $1", 12, 100);
  assert(short.endsWith("…"), short);
  assert(textWidth(short, 12) <= 100, short);
});

Deno.test("fitText() puts no ellipsis behind a dot", () => {
  assertEquals(fitText("pg_sleep(0.02)", 10, textWidth("pg_sleep(0.…", 10)), "pg_sleep(0…");
});

Deno.test("fitText() gives up where less than 4 characters are left", () => {
  assertEquals(fitText("select 1", 12, 20), "");
  assertEquals(fitText("select 1", 12, -5), "");
});

Deno.test("wrapText() breaks between words and never inside of one", () => {
  assertEquals(wrapText("one row by key", 8), ["one row", "by key"]);
  assertEquals(wrapText("selectinload of toys", 8), ["selectinload", "of toys"]);
  assertEquals(wrapText("short", 8), ["short"]);
});
