import { assertEquals } from "@std/assert";
import { decide, medianInterval, overlap, quotient } from "./median_interval.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1).toReversed();

Deno.test("the interval of a median has the ranks of the sign test", () => {
  // from the table of the binomial distribution: 2 · P(at most rank - 1 of n) is 5% at most
  assertEquals(medianInterval(numbers(6)), [1, 6]);
  assertEquals(medianInterval(numbers(8)), [1, 8]);
  assertEquals(medianInterval(numbers(9)), [2, 8]);
  assertEquals(medianInterval(numbers(12)), [3, 10]);
  assertEquals(medianInterval(numbers(20)), [6, 15]);
  assertEquals(medianInterval(numbers(30)), [10, 21]);
});

Deno.test("fewer than six rounds allow no such interval: it is the whole range", () => {
  assertEquals(medianInterval([5]), [5, 5]);
  assertEquals(medianInterval(numbers(5)), [1, 5]);
});

Deno.test("intervals that touch overlap", () => {
  assertEquals(overlap([1, 2], [2, 3]), true);
  assertEquals(overlap([2, 3], [1, 2]), true);
  assertEquals(overlap([1, 2], [2.1, 3]), false);
});

Deno.test("an interval decides below 1, above 1, or within 5% of it; any other leaves the question open", () => {
  const intervals = [[0.5, 0.99], [1.01, 9], [0.95, 1.05], [0.94, 1.01], [0.99, 1.06], [1, 1]] as const;
  assertEquals(intervals.map(decide), ["less", "more", "equal", "open", "open", "equal"]);
});

Deno.test("the interval of a quotient reaches from the least possible to the most", () => {
  assertEquals(quotient([1, 2], [4, 5]), [0.2, 0.5]);
});
