import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { SetupError } from "../errors.ts";
import { explain, findPython, isNewEnough } from "./python.ts";

Deno.test("3.10 and newer will do", () => {
  assertEquals(["2.7.18", "3.9.2", "3.10.0", "3.14.1", "4.0.0"].map(isNewEnough), [false, false, true, true, true]);
});

Deno.test("a Python that can make environments is found on this machine", async () => {
  assertEquals(isNewEnough((await findPython()).version), true);
});

Deno.test("no Python at all: the message says how to get one", async () => {
  await assertRejects(() => findPython([["python-that-is-not-there"]]), SetupError, "no python3 was found: install it");
});

Deno.test("an old Python, and one without venv, are told apart", () => {
  const old = { command: ["python3"], version: "3.9.2", makesEnvironments: true };
  assertMatch(explain([old]), /python3 is 3\.9\.2/);
  const split = { command: ["python3"], version: "3.12.3", makesEnvironments: false };
  assertMatch(explain([old, split]), /sudo apt install python3\.12-venv/);
});
