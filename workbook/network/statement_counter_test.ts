import { assertEquals } from "@std/assert";
import { StatementCounter } from "./statement_counter.ts";

const message = (type: string, text: string) => {
  const body = new TextEncoder().encode(text);
  const bytes = new Uint8Array(type.length + 4 + body.length);
  bytes.set(new TextEncoder().encode(type));
  new DataView(bytes.buffer).setUint32(type.length, 4 + body.length);
  bytes.set(body, type.length + 4);
  return [...bytes];
};
const code = (number: number) => String.fromCharCode(...new Uint8Array(new Uint32Array([number]).buffer).toReversed());
const startup = message("", `${code(196608)}user\0sandy\0\0`); // protocol 3.0
const wish = [0, 0, 0, 8, 4, 210, 22, 47]; // SSLRequest

Deno.test("Query and Execute are statements; Parse, Bind and Sync are not, nor is what their text looks like", () => {
  const sent = [
    ...startup,
    ...message("Q", "BEGIN\0"),
    ...message("P", "get\0Q E Q E\0\0\0"),
    ...message("B", "EEEE"),
    ...message("E", "\0\0\0\0\0"),
    ...message("S", ""),
  ];
  assertEquals(count(sent, sent.length), 2);
  for (const cut of [1, 2, 3, 7]) assertEquals(count(sent, cut), 2);
});

Deno.test("a wish for encryption comes before the startup message", () => {
  assertEquals(count([...wish, ...startup, ...message("Q", "BEGIN\0")], 5), 1);
});

/** Reads the bytes in pieces. */
function count(bytes: number[], piece: number): number {
  const counter = new StatementCounter();
  for (let at = 0; at < bytes.length; at += piece) counter.read(Uint8Array.from(bytes.slice(at, at + piece)));
  return counter.count;
}
