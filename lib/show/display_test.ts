import { assertEquals } from "@std/assert";
import { displaySymbol, show } from "./display.ts";

Deno.test("show() outside of a notebook prints the plain text", async () => {
  const printed: unknown[] = [];
  const log = console.log;
  console.log = (text: unknown) => printed.push(text);
  try {
    await show({ [displaySymbol]: () => Promise.resolve({ "text/plain": "one picture" }) });
  } finally {
    console.log = log;
  }
  assertEquals(printed, ["one picture"]);
});
