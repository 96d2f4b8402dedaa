import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../errors.ts";
import { readLoadOptions } from "./options.ts";

Deno.test("lists of users and rates become loads", () => {
  const asked = readLoadOptions(["--users", "1,8", "--rate", "50", "--think", "1-5", "--delay", "0,2", "--json", "f"])!;
  assertEquals(asked.settings.loads, [
    { loop: "closed", users: 1, think: [1, 5] },
    { loop: "closed", users: 8, think: [1, 5] },
    { loop: "open", rate: 50, connections: 64 },
  ]);
  assertEquals([asked.settings.delays, asked.json], [[0, 2], "f"]);
});

Deno.test("what is given goes before what --quick says", () => {
  const { settings } = readLoadOptions(["--quick", "--rounds", "5", "--loop", "open"])!;
  assertEquals([settings.rounds, settings.seconds], [5, 1.5]);
  assertEquals(settings.loads.map(({ loop }) => loop), ["open"]);
});

Deno.test("the applications take requests on loopback unless told otherwise", () => {
  assertEquals(readLoadOptions([])!.settings.host, "127.0.0.1");
});

for (
  const args of [
    ["--users", "0"],
    ["--users", "1,many"],
    ["--drivers", "odbc"],
    ["--loop", "both"],
    ["--think", "5-1"],
    ["--seconds", "0"],
    ["--pool", "1,2"],
    ["--rate"],
    ["pg"],
  ]
) {
  Deno.test(`refused with a sentence: ${args.join(" ")}`, () => {
    assertThrows(() => readLoadOptions(args), UsageError);
  });
}
