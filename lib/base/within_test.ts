import { assertEquals, assertRejects } from "@std/assert";
import { within } from "./within.ts";

Deno.test("what comes in time is passed on, an error too, and no timer is left", async () => {
  assertEquals(await within(60_000, Promise.resolve(42), () => new Error("late")), 42);
  await assertRejects(() => within(60_000, Promise.reject(new Error("no")), () => new Error("late")), Error, "no");
});

Deno.test("what never comes is given up", async () => {
  await assertRejects(() => within(1, new Promise(() => {}), () => new RangeError("late")), RangeError, "late");
});
