/**
 * A contestant's process: reads commands as lines of JSON from standard input and writes one line per response. It
 * exits when its input is closed.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lines } from "../../lib/base/lines.ts";
import { sample } from "../compare.ts";
import { type Contestant, type Opened, operationNames } from "./contestant.ts";
import { marked } from "./marked.ts";
import type { Answer, Introduction, Order } from "./remote.ts";
import { keys } from "./rows.ts";

/**
 * Serves a contestant until its input is closed.
 * @param load imports the contestant; timed.
 */
export async function serve(load: () => Promise<Contestant>): Promise<void> {
  const print = console.log;
  console.log = console.error; // standard output is reserved for responses
  const started = performance.now();
  const contestant = await load();
  const milliseconds = performance.now() - started;
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
        if (opened!.sample) return { samples: await opened!.sample(order.operation, order.turn) };
        return { samples: await sample(opened!.tasks[order.operation]!, order.turn) };
      case "close":
        await opened?.close();
        opened = undefined;
        return {};
    }
  };

  const { name, packages, notes, isChecked = true } = contestant;
  const versions = await Promise.all(packages.map(withVersion));
  print(JSON.stringify({ name, packages: versions, notes, isChecked, milliseconds } satisfies Introduction));
  for await (const line of lines(Deno.stdin.readable)) {
    const from = performance.now();
    const answer = await obey(JSON.parse(line)).catch((error): Answer => ({ error: describe(error) }));
    const milliseconds = performance.now() - from;
    print(JSON.stringify(marked({ ...answer, milliseconds })));
  }
}

/** Returns for example "pg 8.23.1", from the nearest folder of npm packages that contains it. */
async function withVersion(name: string): Promise<string> {
  let folder = dirname(fileURLToPath(Deno.mainModule));
  for (
    let upper = dirname(folder);
    !name.includes(" ") && upper !== folder;
    [folder, upper] = [upper, dirname(upper)]
  ) {
    const text = await Deno.readTextFile(join(folder, "node_modules", name, "package.json")).catch(() => undefined);
    if (text !== undefined) return `${name} ${JSON.parse(text).version}`;
  }
  return name;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
