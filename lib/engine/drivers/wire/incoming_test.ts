import { assertEquals, assertRejects } from "@std/assert";
import fc from "npm:fast-check@^4";
import { Incoming, ProtocolError } from "./incoming.ts";
import type { ByteStream } from "./stream.ts";

/** A stream that gives what it has in pieces of the given sizes, in turns. */
function streamOf(bytes: Uint8Array, sizes: readonly number[]): ByteStream & { largest: number } {
  let [at, turn] = [0, 0];
  return {
    largest: 0,
    read(into) {
      this.largest = Math.max(this.largest, into.buffer.byteLength);
      if (at === bytes.length) return Promise.resolve(null);
      const count = Math.min(sizes[turn++ % sizes.length], bytes.length - at, into.length);
      into.set(bytes.subarray(at, at += count));
      return Promise.resolve(count);
    },
    write: () => Promise.reject(new Error("only read")),
    destroy: () => {},
  };
}

function message(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = type.charCodeAt(0);
  new DataView(bytes.buffer).setUint32(1, 4 + body.length);
  bytes.set(body, 5);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Reads every message: its type and its body. */
async function readAll(incoming: Incoming): Promise<[string, Uint8Array][]> {
  const messages: [string, Uint8Array][] = [];
  while (await incoming.nextMessage()) messages.push([String.fromCharCode(incoming.type), incoming.rest().slice()]);
  return messages;
}

Deno.test("wire: messages are the same, wherever the stream is cut", async () => {
  const type = fc.constantFrom(..."DTCZSN");
  const body = fc.uint8Array({ maxLength: 300 });
  await fc.assert(fc.asyncProperty(
    fc.array(type.chain((letter) => body.map((bytes) => [letter, bytes] as const)), { maxLength: 8 }),
    fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
    async (messages, sizes) => {
      const bytes = concat(messages.map(([letter, body]) => message(letter, body)));
      assertEquals(await readAll(new Incoming(streamOf(bytes, sizes))), messages.map(([a, b]) => [a, b]));
    },
  ));
});

Deno.test("wire: a message of any length, between short ones", async () => {
  for (const length of [65_530, 65_531, 65_532, 131_072, 1_000_000]) {
    const bodies = [new Uint8Array(3), new Uint8Array(length).fill(7), new Uint8Array(5)];
    const bytes = new Uint8Array(bodies.reduce((sum, { length }) => sum + length + 5, 0));
    let at = 0;
    for (const body of bodies) {
      bytes.set(message("D", body), at);
      at += body.length + 5;
    }
    const read = await readAll(new Incoming(streamOf(bytes, [50_000])));
    assertEquals(read.map(([_, body]) => body.length), [3, length, 5]);
    assertEquals(read[1][1].every((byte) => byte === 7), true);
  }
});

Deno.test("wire: a length that cannot be true ends the connection", async () => {
  for (
    const [type, length] of [["D", 0], ["D", 3], ["D", 0x4000_0000], ["D", 0xffff_ffff], ["Z", 30_001], [
      "?",
      30_001,
    ]] as const
  ) {
    const header = message(type, new Uint8Array());
    new DataView(header.buffer).setUint32(1, length);
    await assertRejects(() => readAll(new Incoming(streamOf(header, [9]))), ProtocolError, `of ${length} bytes`);
  }
});

Deno.test("wire: an announced gigabyte takes no memory before it comes", async () => {
  const header = message("D", new Uint8Array(100));
  new DataView(header.buffer).setUint32(1, 0x3fff_ffff);
  const stream = streamOf(header, [9]);
  assertEquals(await readAll(new Incoming(stream)), []);
  assertEquals(stream.largest, 64 * 1024);
});

Deno.test("wire: fields are read only inside their message, whatever its bytes are", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 }),
      (body, reads) => {
        const incoming = new Incoming(streamOf(new Uint8Array(), [1]));
        incoming.bytes.set(body);
        incoming.bytes.fill(0, body.length, body.length + 50);
        [incoming.at, incoming.end] = [0, body.length];
        try {
          for (const read of reads) {
            [
              () => incoming.byte(),
              () => incoming.int16(),
              () => incoming.int32(),
              () => incoming.string(),
              () => incoming.skip(incoming.int32()),
            ][read]();
          }
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
        assertEquals(incoming.at <= body.length, true);
      },
    ),
  );
});
