/**
 * The measure of lateness itself: what it excuses, and what not.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BUSY_MACHINE, Stopwatch, waitedForProcessor } from "../../testing/lateness.ts";

Deno.test("a call that is too early or too late fails, but for what the machine took meanwhile", () => {
  const blocked = 400;
  const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blocked);
  let taken = 0;
  const watch = new Stopwatch(() => taken);
  pause();
  assertThrows(() => watch.assertAt(60_000), Error, "too early");
  assertThrows(() => watch.assertBetween(0, blocked - 300), Error, "ms too late");
  taken = 10_000;
  watch.assertBetween(0, 0);
  assertEquals(watch.lost, 10_000);
});

Deno.test("where the system does not tell what it took, much is allowed", () => {
  assertEquals(new Stopwatch(() => undefined).lost, BUSY_MACHINE);
});

Deno.test("what the machine takes from a thread grows, and never faster than time", () => {
  const watch = new Stopwatch();
  const before = waitedForProcessor();
  for (let number = 0; number < 1e7; number++) Math.sqrt(number);
  const after = waitedForProcessor();
  if (before === undefined || after === undefined) return;
  const steal = 10 * navigator.hardwareConcurrency; // told in hundredths of a second, for all processors together
  assert(after >= before && after - before <= navigator.hardwareConcurrency * watch.time + steal);
});
