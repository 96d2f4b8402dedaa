import { assertEquals } from "@std/assert";
import { parsePidFile } from "./pid_file.ts";

const WHOLE =
  "4242\n/home/ada/.data/postgresql/cluster\n1795374560\n44444\n\n127.0.0.1\n  2197728         9\nready   \n";

Deno.test("a postmaster.pid says process, data folder and port", () => {
  assertEquals(parsePidFile(WHOLE), { pid: 4242, dataDirectory: "/home/ada/.data/postgresql/cluster", port: 44444 });
});

Deno.test("a postmaster.pid with the line ends of Windows is read", () => {
  assertEquals(parsePidFile(WHOLE.replaceAll("\n", "\r\n")), parsePidFile(WHOLE));
});

Deno.test("a postmaster.pid that is empty, cut off or nonsense says nothing", () => {
  assertEquals(parsePidFile(""), undefined);
  assertEquals(parsePidFile("4242\n/home/ada/.data/postgresql/cluster\n"), undefined);
  assertEquals(parsePidFile("nonsense\n/home\n1\n44444\n"), undefined);
});
