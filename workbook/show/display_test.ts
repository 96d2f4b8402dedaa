import { assertEquals } from "@std/assert";
import { displaySymbol, type Kernel, liveText, show } from "./display.ts";

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

Deno.test("liveText() outside of a notebook prints a line for each text", async () => {
  const printed: unknown[] = [];
  const log = console.log;
  console.log = (text: unknown) => printed.push(text);
  try {
    const line = liveText();
    await line.update("1 of 2");
    await line.update("2 of 2");
  } finally {
    console.log = log;
  }
  assertEquals(printed, ["1 of 2", "2 of 2"]);
});

Deno.test("liveText() in a notebook shows one output and puts each text in its place", async () => {
  const sent: { type: string; text: unknown; id: unknown }[] = [];
  const broadcast = (type: string, content: { data: Record<string, unknown>; transient: { display_id: string } }) => {
    sent.push({ type, text: content.data["text/plain"], id: content.transient.display_id });
    return Promise.resolve();
  };
  const line = liveText({ broadcast } as Kernel);
  await line.update("1 of 2");
  await line.update("2 of 2");
  const [first, second] = sent;
  assertEquals([first.type, first.text, second.type, second.text], [
    "display_data",
    "1 of 2",
    "update_display_data",
    "2 of 2",
  ]);
  assertEquals([sent.length, second.id], [2, first.id]);
});
