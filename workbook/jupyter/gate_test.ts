import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Gate, inMinutes, readTestSummary } from "./gate.ts";

Deno.test("every step runs, and the last line sums up", async () => {
  let text = "";
  const gate = new Gate((each) => text += each);
  await gate.step("one", () => Promise.resolve({ passed: 3, failed: 0, details: "noise" }));
  await gate.step("two", () => Promise.reject(new Error("it broke")));
  await gate.step(
    "three",
    () => Promise.resolve({ passed: 1, failed: 1, skipped: ["a", "b"], details: "what failed" }),
  );
  assertMatch(gate.summary, /^(\d+ min )?\d+ s in all\n4 passed, 2 failed, 2 skipped$/);
  assertEquals(gate.skipped, ["a", "b"]);
  assertEquals(gate.isPassed, false);
  assertStringIncludes(text, "  | it broke");
  assertStringIncludes(text, "  | what failed");
  assertEquals(text.includes("noise"), false);
});

Deno.test("side by side: two at a time, told in their order, whatever one of them does", async () => {
  let text = "";
  const gate = new Gate((each) => text += each);
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const begun: string[] = [];
  const step = (name: string, until?: Promise<void>, then?: () => void) =>
    [name, async () => {
      begun.push(name);
      await until;
      then?.();
      return { passed: 1, failed: 0 };
    }] as const;
  await gate.sideBySide([
    step("one", first.promise),
    step("two", undefined, second.resolve), // its end lets the third begin, whose end lets the first end
    step("three", second.promise, first.resolve),
    ["four", () => Promise.reject(new Error("it broke"))],
  ]);
  assertEquals(begun, ["one", "two", "three"]);
  assertEquals(text.match(/^\w+(?= )/gm), ["one", "two", "three", "four"]);
  assertMatch(gate.summary, /\n3 passed, 1 failed$/);
});

Deno.test("the sum of deno test is read, and the names of ignored tests, in both of its forms", () => {
  const parallel = `./lib/a_test.ts => it works ... ok (12ms)
./lib/a_test.ts => with steps ... one ... ignored (0ms)
./lib/a_test.ts => with steps ... ok (1s)
./lib/a_test.ts => one more [needs X] ... ignored (0ms)

ok | 2 passed | 0 failed | 1 ignored (1 step) (1s)
`;
  assertEquals(readTestSummary(parallel), { passed: 2, failed: 0, skipped: ["one more [needs X]"] });
  const serial = `running 2 tests from ./lib/a_test.ts
with steps ...
  one ... ignored (0ms)
with steps ... ok (2ms)
another: with => and … [needs X] ... ignored (0ms)

FAILED | 1 passed | 2 failed (9ms)
`;
  assertEquals(readTestSummary(serial), { passed: 1, failed: 2, skipped: ["another: with => and … [needs X]"] });
  assertEquals(readTestSummary("error: Module not found"), undefined);
});

Deno.test("the time of the whole is told in minutes and seconds", () => {
  assertEquals([400, 59_400, 59_600, 545_000].map(inMinutes), ["0 s", "59 s", "1 min 0 s", "9 min 5 s"]);
});
