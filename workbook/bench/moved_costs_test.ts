import { assertEquals } from "@std/assert";
import type { OperationResult } from "../bench_record.ts";
import { movedCosts } from "./moved_costs.ts";
import { roundTripText } from "./report.ts";

Deno.test("each cost that moved is told, with its operation and contestant; the others are not", () => {
  const before = table({ "pg, named": [3, 3], "ours on pg": [2, 3], gone: [1, 1] });
  assertEquals(movedCosts(before, before), []);
  assertEquals(movedCosts(before, table({ "pg, named": [3, 3], "ours on pg": [13, 4], "new": [1, 2] })), [
    "get, ours on pg: 13/4 instead of 2/3",
    "get, gone: not there instead of 1/1",
    "get, new: 1/2 instead of not there",
  ]);
});

Deno.test("a contestant that does not do an operation has no cost there", () => {
  const both = (trips: number) => table({ raw: [trips, 3] }, { ours: [trips, 0] });
  assertEquals(movedCosts(both(0), both(1)), [
    "get, raw: 1/3 instead of 0/3",
    "identity-map, ours: 1/0 instead of 0/0",
  ]);
});

function table(...operations: Record<string, [trips: number, statements: number]>[]): string {
  const results = operations.map((costs, index) => ({
    name: ["get", "identity-map"][index],
    roundTrips: Object.fromEntries(Object.entries(costs).map(([name, [trips]]) => [name, trips])),
    statements: Object.fromEntries(Object.entries(costs).map(([name, [, statements]]) => [name, statements])),
  }));
  return roundTripText(results as unknown as OperationResult[]);
}
