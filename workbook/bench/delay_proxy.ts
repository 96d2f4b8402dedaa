/**
 * A proxy that delays traffic between client and server, in a process of its own: data are forwarded in order after a
 * fixed delay. Bandwidth is unlimited.
 *
 * Arguments: host and port of the server, and the one-way delay in milliseconds. It prints the port it listens on, and
 * exits when its standard input is closed.
 * @module
 */

/** Event loop timers fire a millisecond or two late: the last part of a delay is spent polling. */
const SPIN_MILLISECONDS = 3;

/** Forwards data from one side to the other, `delay` milliseconds later. */
async function pump(from: Deno.Conn, to: Deno.Conn, delay: number): Promise<void> {
  const waiting: { bytes: Uint8Array; due: number }[] = [];
  let isOver = false;
  let wake = () => {};
  const write = async () => {
    while (!isOver || waiting.length > 0) {
      const next = waiting[0];
      if (!next) {
        await new Promise<void>((resolve) => wake = resolve);
        continue;
      }
      await until(next.due);
      waiting.shift();
      for (let sent = 0; sent < next.bytes.length;) sent += await to.write(next.bytes.subarray(sent));
    }
  };
  const written = write().catch(() => {}); // the other side has closed
  const buffer = new Uint8Array(65_536);
  try {
    for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
      waiting.push({ bytes: buffer.slice(0, size), due: performance.now() + delay });
      wake();
    }
  } catch {
    // this side has closed
  }
  isOver = true;
  wake();
  await written;
  for (const side of [from, to]) {
    try {
      side.close();
    } catch {
      // the other direction has closed it
    }
  }
}

async function until(due: number): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await new Promise<void>((resolve) => {
      if (left > SPIN_MILLISECONDS) setTimeout(resolve, left - SPIN_MILLISECONDS);
      else setImmediate(resolve);
    });
  }
}

async function serve(hostname: string, port: number, delay: number): Promise<never> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(listener.addr.port);
  for await (const client of listener) {
    const server = await Deno.connect({ hostname, port });
    client.setNoDelay();
    server.setNoDelay();
    void pump(client, server, delay);
    void pump(server, client, delay);
  }
  throw new Error("unreachable: the listener is never closed");
}

if (import.meta.main) {
  const [hostname, port, delay] = Deno.args;
  void serve(hostname, Number(port), Number(delay));
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}
