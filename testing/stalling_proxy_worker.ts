/**
 * The worker thread of a {@linkcode StallingProxy}.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { Order } from "./stalling_proxy.ts";

/** Pending while stalled. */
let open = Promise.withResolvers<void>();
open.resolve();
let trigger: Uint8Array | undefined;
let babble: Uint8Array<ArrayBuffer> | undefined;

function stall(): void {
  open.resolve(); // waiting readers continue with the next one
  open = Promise.withResolvers();
}

/** Clients that have not closed their side, as far as it can be seen. */
const clients = new Set<Deno.Conn>();

/** Number of reads ahead of forwarding: even behind a Terminate message, an end is seen while stalled. */
const READS_AHEAD = 3;

/** @returns the data sent by a side, until it has closed. */
async function* ahead(from: Deno.Conn): AsyncGenerator<Uint8Array> {
  const coming: Promise<Uint8Array | undefined>[] = [];
  const readOne = () =>
    coming.push(coming.length > 0 ? coming.at(-1)!.then((bytes) => bytes && read(from)) : read(from));
  for (let count = 0; count < READS_AHEAD; count++) readOne();
  for (let bytes; (bytes = await coming[0]); coming.shift()) {
    readOne();
    yield bytes;
  }
}

/** @returns the next bytes; `undefined` once the side has closed. */
async function read(from: Deno.Conn): Promise<Uint8Array | undefined> {
  const buffer = new Uint8Array(65_536);
  const size = await from.read(buffer).catch(() => null);
  if (size !== null) return buffer.subarray(0, size);
  clients.delete(from);
}

async function pump(from: Deno.Conn, to: Deno.Conn, isClient: boolean): Promise<void> {
  try {
    for await (const bytes of ahead(from)) {
      if (isClient && trigger && contains(bytes, trigger)) {
        trigger = undefined;
        stall();
      }
      for (let at = open; (await at.promise, at !== open); at = open);
      for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
    }
    for (let at = open; (await at.promise, at !== open); at = open);
  } catch {
    // a side has closed
  }
  for (const side of [from, to]) {
    try {
      side.close();
    } catch {
      // closed by the other direction
    }
  }
}

function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}

async function serve(listener: Deno.Listener, server: { hostname: string; port: number }): Promise<void> {
  for await (const client of listener) {
    if (babble) {
      const answer = babble;
      void client.read(new Uint8Array(64)).then(() => client.write(answer)).catch(() => {});
      continue;
    }
    clients.add(client);
    void connect(client, server);
  }
}

async function connect(client: Deno.Conn, server: { hostname: string; port: number }): Promise<void> {
  try {
    const there = await Deno.connect(server);
    void pump(client, there, true);
    void pump(there, client, false);
  } catch {
    client.close();
  }
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  let answer = 0;
  if (data.type === "start") {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    answer = listener.addr.port;
    void serve(listener, data);
  } else if (data.type === "stall") stall();
  else if (data.type === "resume") open.resolve();
  else if (data.type === "clients") answer = clients.size;
  else if (data.type === "stallAt") trigger = new TextEncoder().encode(data.text);
  else babble = new Uint8Array(data.bytes);
  self.postMessage(answer);
};
