import { assertEquals } from "@std/assert";
import { formatNumber } from "./number.ts";

Deno.test("formatNumber() keeps three significant digits", () => {
  assertEquals([0.012345, 1.2345, 123.45, 12345, 0, -2.5].map((value) => formatNumber(value)), [
    "0.0123",
    "1.23",
    "123",
    "12,300",
    "0",
    "-2.5",
  ]);
});

Deno.test("formatNumber() fills up to a least number of digits", () => {
  assertEquals([0.2, 2, 0.26].map((value) => formatNumber(value, 2)), ["0.20", "2.0", "0.26"]);
});

Deno.test("formatNumber() names what is not finite", () => {
  assertEquals([NaN, Infinity].map((value) => formatNumber(value)), ["NaN", "Infinity"]);
});
