import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { encodeRequest, HttpConnection, NoAnswerError, parseHead } from "./http_connection.ts";
import type { Exchange } from "./workload.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const get = (path: string): Exchange => ({ endpoint: path, method: "GET", path, next: () => get(path) });

Deno.test("a request as it goes over the wire; the length counts bytes", () => {
  const text = (request: Pick<Exchange, "method" | "path" | "body">) =>
    new TextDecoder().decode(encodeRequest(request, { hostname: "h", port: 1 }));
  assertEquals(text({ method: "GET", path: "/toys" }), "GET /toys HTTP/1.1\r\nhost: h:1\r\n\r\n");
  assertEquals(
    text({ method: "POST", path: "/toys", body: { name: "é" } }),
    'POST /toys HTTP/1.1\r\nhost: h:1\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{"name":"é"}',
  );
});

Deno.test("the head of an answer: not before it is complete, and not without a length", () => {
  const head = "HTTP/1.1 201 Created\r\nContent-Length: 12\r\nConnection: close\r\n\r\n";
  assertEquals(parseHead(bytes(head.slice(0, -1))), undefined);
  assertEquals(parseHead(bytes(`${head}{}`)), { status: 201, length: head.length, bodyLength: 12, isLast: true });
  assertEquals(parseHead(bytes("HTTP/1.1 204 No Content\r\n\r\n"))?.bodyLength, 0);
  assertThrows(() => parseHead(bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")), NoAnswerError);
});

Deno.test("one connection carries all requests, also those with long answers", async () => {
  const ports = new Set<number>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request, info) => {
    ports.add((info.remoteAddr as Deno.NetAddr).port);
    const { pathname } = new URL(request.url);
    return new Response("x".repeat(Number(pathname.slice(1))), { status: pathname === "/5" ? 404 : 200 });
  });
  using connection = new HttpConnection({ hostname: "127.0.0.1", port: server.addr.port });
  for (const length of [0, 1, 70_000, 300_000, 3]) {
    const { status, body } = await connection.send(get(`/${length}`));
    assertEquals([status, body.length], [200, length]);
  }
  assertEquals((await connection.send(get("/5"))).status, 404);
  assertEquals(ports.size, 1);
});

Deno.test("a connection that is lost is no answer; the next request opens another one", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using connection = new HttpConnection({ hostname: "127.0.0.1", port: listener.addr.port });
  const first = connection.send(get("/"));
  (await listener.accept()).close();
  await assertRejects(() => first, NoAnswerError);
  const second = connection.send(get("/"));
  using accepted = await listener.accept();
  await accepted.write(bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
  assertEquals(await second, { status: 200, body: "ok" });
});
