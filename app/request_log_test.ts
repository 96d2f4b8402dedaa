import { assertEquals } from "@std/assert";
import { until } from "../testing/until.ts";
import { LineLog, type LoggedRequest } from "./request_log.ts";

const request = (path: string): LoggedRequest => ({
  time: "2026-01-01T00:00:00.000Z",
  method: "GET",
  path,
  status: 200,
  milliseconds: 1,
});
const paths = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line).path ?? line);

Deno.test("requests are written together, as lines of JSON; the last ones when the log is closed", async () => {
  const written: string[] = [];
  const log = new LineLog((text) => Promise.resolve(void written.push(text)));
  log.log(request("/a"));
  log.log(request("/b"));
  assertEquals(written, [], "no request waits");
  await until("they are written", () => written.length > 0);
  log.log(request("/c"));
  await log[Symbol.asyncDispose]();
  assertEquals(written.map(paths), [["/a", "/b"], ["/c"]]);
});

Deno.test("nobody reads the log: requests go on, and those beyond 10,000 lines are counted", async () => {
  const written: string[] = [];
  const read = Promise.withResolvers<void>();
  const log = new LineLog((text) => {
    written.push(text);
    return read.promise;
  });
  log.log(request("/first"));
  await until("a write hangs", () => written.length === 1);
  for (let n = 0; n < 10_007; n++) log.log(request(`/${n}`));
  const closed = log[Symbol.asyncDispose]();
  assertEquals(written.length, 1);
  read.resolve();
  await closed;
  assertEquals(written.length, 2);
  const rest = paths(written[1]);
  assertEquals([rest.length, rest[0], rest.at(-2), rest.at(-1)], [10_001, "/0", "/9999", '{"dropped":7}']);
});
