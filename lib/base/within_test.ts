import { assertEquals, assertRejects } from "@std/assert";
import { deadline, within } from "./within.ts";

Deno.test("what comes in time is passed on, an error too, and no timer is left", async () => {
  assertEquals(await within(60_000, Promise.resolve(42), () => new Error("late")), 42);
  await assertRejects(() => within(60_000, Promise.reject(new Error("no")), () => new Error("late")), Error, "no");
});

Deno.test("what never comes is given up", async () => {
  await assertRejects(() => within(1, new Promise(() => {}), () => new RangeError("late")), RangeError, "late");
});

Deno.test("a deadline fires when it has come, and leaves no timer where the block ends before", async () => {
  {
    using later = deadline(60_000);
    assertEquals(later.signal.aborted, false);
  }
  using soon = deadline(1);
  await new Promise((resolve) => soon.signal.addEventListener("abort", resolve));
  assertEquals(soon.signal.aborted, true);
});
