import { assertEquals, assertRejects } from "@std/assert";
import { TimeLimit } from "./time_limit.ts";

const never = () => new Promise<never>(() => {});

Deno.test("a limit gives up when its time is over, and leaves no timer where the block ends before", async () => {
  {
    using later = new TimeLimit(60_000, "too late");
    assertEquals(await later.hold(Promise.resolve(42)), 42);
    assertEquals(later.signal.aborted, false);
  }
  using soon = new TimeLimit(1, "too late");
  await assertRejects(() => soon.hold(never()), Error, "too late");
  assertEquals(soon.signal.aborted, true);
});

Deno.test("a limit gives up with the signal around it, also with one that was aborted before", async () => {
  const around = new AbortController();
  using limit = new TimeLimit(60_000, "too late", around.signal);
  using ended = new TimeLimit(60_000, "too late", around.signal);
  ended.clear();
  around.abort(new RangeError("enough"));
  await assertRejects(() => limit.hold(never()), RangeError, "enough");
  await assertRejects(() => new TimeLimit(0, "", around.signal).hold(never()), RangeError, "enough");
  assertEquals(ended.signal.aborted, false);
});
