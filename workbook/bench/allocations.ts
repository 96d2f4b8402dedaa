/**
 * Measures the bytes an operation allocates, as counted by V8 without its compilers, whose work on the same code varies
 * between runs. Runs in a process of its own (`allocations_test.ts` has the flags). Arguments: a URL with the
 * benchmark's schema, and the name of a contestant. Prints JSON.
 *
 * @module
 */
import v8 from "node:v8";
import type { OperationName } from "./contestant.ts";
import { contestants } from "./contestants/mod.ts";
import { schema } from "./fixture.ts";

/** Number of counted calls per operation, after as many uncounted ones. */
const calls = { "get-commit": 500, "get-autocommit": 500, "entities-1000": 10, "inserts-1000": 5 } as const;

function allocated(): number {
  return (v8.getHeapStatistics() as unknown as { total_allocated_bytes: number }).total_allocated_bytes;
}

if (import.meta.main) {
  const [url, label] = Deno.args;
  const { tasks } = await (await contestants[label]()).open({ url, schema, connections: 1 });
  const bytes: Record<string, number> = {};
  for (const [name, count] of Object.entries(calls)) {
    const task = tasks[name as OperationName]!;
    for (let call = 0; call < count; call++) await task();
    const before = allocated();
    for (let call = 0; call < count; call++) await task();
    bytes[name] = Math.round((allocated() - before) / count);
  }
  console.log(JSON.stringify(bytes));
  Deno.exit(0); // its pool is left open
}
