/**
 * The process of one contestant: takes orders as lines of JSON on standard input, answers with one line each. It ends
 * when its input does.
 *
 * @module
 */
import { sample } from "../../lib/workbook/compare.ts";
import { type Contestant, type Opened, operationNames } from "./contestant.ts";
import { lines } from "./lines.ts";
import type { Answer, Order } from "./remote.ts";
import { keys } from "./rows.ts";

/** Serves a contestant until there are no more orders. */
export async function serve(contestant: Contestant): Promise<void> {
  const print = console.log;
  console.log = console.error; // standard output is for answers
  let opened: Opened | undefined;

  const obey = async (order: Order): Promise<Answer> => {
    switch (order.do) {
      case "open":
        await opened?.close();
        opened = await contestant.open(order.settings);
        return { operations: operationNames.filter((name) => opened!.tasks[name]) };
      case "once":
        keys.reset();
        return { value: await opened!.tasks[order.operation]!() };
      case "sample":
        keys.reset();
        return { samples: await sample(opened!.tasks[order.operation]!, order.turn) };
      case "close":
        await opened?.close();
        opened = undefined;
        return {};
    }
  };

  const { name, packages, notes } = contestant;
  print(JSON.stringify({ name, packages, notes }));
  for await (const line of lines(Deno.stdin.readable)) {
    const answer = await obey(JSON.parse(line)).catch((error): Answer => ({ error: describe(error) }));
    print(JSON.stringify(marked(answer)));
  }
}

/** Times keep their kind on the way: JSON has none. */
function marked(value: unknown): unknown {
  if (value instanceof Date) return { time: value.toISOString() };
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  // attributes may be accessors of the object's class
  const names = new Set(Object.keys(value));
  for (const name of ["id", "name", "points", "createdAt"]) if (name in value) names.add(name);
  return Object.fromEntries([...names].map((name) => [name, marked((value as Record<string, unknown>)[name])]));
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
