import { assertEquals, assertRejects } from "@std/assert";
import { Ahead } from "./ahead.ts";

/** Lets all go on that can. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

/** Items whose work ends when the test says so. */
function makeAhead(width: number, ...items: string[]) {
  const begun: string[] = [];
  const ends = new Map(items.map((item) => [item, Promise.withResolvers<void>()]));
  const ahead = new Ahead(items, width, (item) => {
    begun.push(item);
    return ends.get(item)!.promise;
  });
  return { ahead, begun, end: (item: string) => ends.get(item)!.resolve(), ends };
}

Deno.test("nothing begins before the first item is asked for; then as many at a time as may", async () => {
  const { ahead, begun, end } = makeAhead(2, "a", "b", "c", "d");
  assertEquals(begun, []);
  const first = ahead.outcome("a");
  assertEquals(begun, ["a", "b"]);
  end("a");
  await first;
  await turn();
  assertEquals(begun, ["a", "b", "c"]);
  end("b");
  await ahead.outcome("b");
  end("c");
  end("d");
  await ahead.outcome("c");
  await ahead.outcome("d");
  assertEquals(begun, ["a", "b", "c", "d"]);
});

Deno.test("what fails ahead of its turn is thrown where it is asked for, and stops no other", async () => {
  const { ahead, end, ends } = makeAhead(2, "a", "b", "c");
  const first = ahead.outcome("a");
  ends.get("b")!.reject(new Error("b failed"));
  end("a");
  end("c");
  await first;
  await assertRejects(() => ahead.outcome("b"), Error, "b failed");
  await ahead.outcome("c");
});

Deno.test("items that are passed over are not worked on, and the one behind them waits for its place", async () => {
  const { ahead, begun, end } = makeAhead(2, "a", "b", "c", "d", "e", "f");
  const first = ahead.outcome("a");
  end("a");
  await first;
  const last = ahead.outcome("f");
  end("b");
  end("c");
  end("f");
  await last;
  assertEquals(begun, ["a", "b", "c", "f"]);
});

Deno.test("after stop() nothing more begins, and all that began has ended", async () => {
  const { ahead, begun, end, ends } = makeAhead(2, "a", "b", "c");
  const first = ahead.outcome("a");
  end("a");
  await first;
  await turn();
  let isStopped = false;
  const stopped = ahead.stop().then(() => isStopped = true);
  end("b");
  await turn();
  assertEquals(isStopped, false);
  ends.get("c")!.reject(new Error("the browser is closed"));
  await stopped;
  assertEquals(begun, ["a", "b", "c"]);
});
