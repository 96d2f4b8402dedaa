import { assertEquals } from "@std/assert";
import { dependencyOrder } from "./dependency_order.ts";

const depends = (...pairs: string[]) => pairs.map((pair) => ({ from: pair[0], to: pair[1] }));

Deno.test("without dependencies the order stays", () => {
  assertEquals(dependencyOrder(["b", "a", "c"], []).order, ["b", "a", "c"]);
});

Deno.test("what is depended on comes first, over any number of steps", () => {
  const { order, closing } = dependencyOrder(["a", "b", "c", "d"], depends("ab", "bc", "dc"));
  assertEquals(order, ["c", "b", "a", "d"]);
  assertEquals(closing, []);
});

Deno.test("a circle is cut where it closes", () => {
  const { order, closing } = dependencyOrder(["a", "b", "c"], depends("ab", "bc", "ca"));
  assertEquals(order, ["c", "b", "a"]);
  assertEquals(closing, depends("ca"));
});
