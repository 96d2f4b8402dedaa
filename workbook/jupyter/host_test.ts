import { assertEquals } from "@std/assert";
import { readHost } from "./host.ts";

Deno.test("an address or a name is reached where it listens", () => {
  assertEquals(readHost("127.0.0.1"), { listen: "127.0.0.1", reach: "127.0.0.1", inUrl: "127.0.0.1", isEvery: false });
  assertEquals(readHost("localhost"), { listen: "localhost", reach: "localhost", inUrl: "localhost", isEvery: false });
  assertEquals(readHost("10.0.0.7"), { listen: "10.0.0.7", reach: "10.0.0.7", inUrl: "10.0.0.7", isEvery: false });
});

Deno.test("an IPv6 address has brackets in a URL, and may be typed with them", () => {
  const loopback = { listen: "::1", reach: "::1", inUrl: "[::1]", isEvery: false };
  assertEquals([readHost("::1"), readHost("[::1]")], [loopback, loopback]);
});

Deno.test("what listens on every address is reached on the loopback of the same kind", () => {
  for (const every of ["0.0.0.0", "*", ""]) {
    assertEquals(readHost(every), { listen: "0.0.0.0", reach: "127.0.0.1", inUrl: "127.0.0.1", isEvery: true });
  }
  for (const every of ["::", "0:0:0:0:0:0:0:0"]) {
    assertEquals(readHost(every), { listen: every, reach: "::1", inUrl: "[::1]", isEvery: true });
  }
});
