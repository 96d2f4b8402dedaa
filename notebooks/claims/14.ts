import { assert, assertEquals } from "@std/assert";

assertEquals(loading.map(({ statements }) => statements), [2, 1, 31]);
assertEquals(safe, [20, 20, 20]);
assertEquals([new Set(ended["0"]), new Set(ended["50ms"])], [
  new Set(["completed"]),
  new Set(["LockTimeoutError"]),
]);
// a delay is a lower limit, on any machine
assert(
  measured["a visitor behind a migration"][1].medians.every((waited) => waited >= 140),
  "until the report ends",
);
assertEquals(Object.keys(mine), Object.keys(measured), "the last chart has every choice");
for (const each of Object.values(measured).flat()) {
  assertEquals(each.medians.length, 10, "rounds as fixed beforehand");
}
