import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { serverMessage } from "../../testing/scripted_server.ts";
import { Cutter } from "./cutter.ts";

/** Cuts bytes that come in pieces of these sizes, in turns. */
function cutAll(cutter: Cutter, bytes: Uint8Array, sizes: readonly number[]): [string, number, string][] {
  const found: [string, number, string][] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length];
    for (const { type, bytes: length, body } of cutter.push(bytes.subarray(at, at + size))) {
      found.push([type, length, body.toHex()]);
    }
    at += size;
  }
  return found;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("wiretap: messages are the same, wherever the stream is cut", () => {
  const messages = fc.array(fc.tuple(fc.constantFrom(..."DTCZ"), fc.uint8Array({ maxLength: 200 })), { maxLength: 6 });
  fc.assert(fc.property(messages, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (all, sizes) => {
    const bytes = concat(all.map(([type, body]) => serverMessage(type, body)));
    const expected = all.map(([type, body]) => [type, 5 + body.length, body.toHex()]);
    assertEquals(cutAll(new Cutter(false), bytes, sizes), expected as [string, number, string][]);
  }));
});

Deno.test("wiretap: a client's first message has no type, nor has what follows a refused request", () => {
  const startup = (code: number) =>
    Uint8Array.of(0, 0, 0, 8, code >>> 24, code >>> 16 & 255, code >>> 8 & 255, code & 255);
  const cutter = new Cutter(true);
  assertEquals(cutAll(cutter, startup(80877103), [3]), [["", 8, "04d2162f"]]);
  cutter.restart();
  assertEquals(cutAll(cutter, concat([startup(196608), serverMessage("S")]), [5]), [["", 8, "00030000"], ["S", 5, ""]]);
});

Deno.test("wiretap: a length that cannot be true ends the understanding, not the program", () => {
  for (const length of [0, 3, 0x7fff_ffff, 0xffff_ffff]) {
    const cutter = new Cutter(false);
    const bytes = Uint8Array.of(68, length >>> 24, length >>> 16 & 255, length >>> 8 & 255, length & 255, 1, 2, 3);
    assertEquals([cutAll(cutter, bytes, [1]), cutter.isOpaque], [[], true]);
    assertEquals(cutAll(cutter, serverMessage("Z", "I"), [1]), []);
  }
});

Deno.test("wiretap: of a long message only the beginning is kept", () => {
  const body = new Uint8Array(1_000_000).fill(1);
  const cutter = new Cutter(false);
  const [long, next] = [...cutter.push(serverMessage("D", body)), ...cutter.push(serverMessage("Z", "I"))];
  assertEquals([long.bytes, long.body.length, long.body.buffer.byteLength], [1_000_005, 16_384, 16_384]);
  assertEquals([next.type, next.bytes], ["Z", 6]);
});
