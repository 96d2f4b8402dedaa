import { assertEquals, assertThrows } from "@std/assert";
import { createEngine } from "../lib/mod.ts";
import { isBlank, isTodoError, TODO, TodoError } from "./todo.ts";

// as a learner meets it: of every type, which is why the type check knows nothing of it
const todo = TODO as unknown as { length: number; rows: () => unknown[] } & (() => void) & string[];

Deno.test("TODO throws TodoError wherever it is used", () => {
  const uses: Record<string, () => unknown> = {
    "as a text": () => `select ${todo}`,
    "as a number": () => Number(todo),
    "as a URL": () => new URL(todo as unknown as string),
    "as a function": () => todo(),
    "as a class": () => new (todo as unknown as new () => unknown)(),
    "as an object": () => todo.length,
    "as an object with methods": () => todo.rows(),
    "as a list": () => [...todo],
    "as JSON": () => JSON.stringify({ todo }),
    "as a target": () => todo[0] = "x",
    "as a text to match": () => /x/.test(todo as unknown as string),
  };
  const thrown = Object.entries(uses).map(([name, use]) => {
    try {
      return `${name}: gave ${use()}`;
    } catch (error) {
      return error instanceof TodoError ? name : `${name}: threw ${error}`;
    }
  });
  assertEquals(thrown, Object.keys(uses));
});

Deno.test("TODO can be awaited, returned, compared and shown", async () => {
  assertEquals(await todo === todo, true);
  assertEquals(await (async () => await todo)() === todo, true);
  assertEquals(Deno.inspect(todo), "[Function: TODO]");
  assertEquals((todo as unknown as Record<symbol, unknown>)[Symbol.for("Jupyter.display")], undefined);
});

Deno.test("isBlank() knows an answer that was not started", () => {
  class Row {
    value = TODO;
  }
  const blank = [undefined, TODO, [1, TODO], { url: TODO }];
  const started = [null, 0, "", "TODO", [], {}, [undefined], new Row(), () => TODO];
  assertEquals(blank.map(isBlank), blank.map(() => true));
  assertEquals(started.map(isBlank), started.map(() => false));
});

Deno.test("isTodoError() looks at the causes, too", () => {
  assertEquals(isTodoError(new Error("the query failed", { cause: new TodoError() })), true);
  assertEquals(isTodoError(new Error("the query failed", { cause: "TODO" })), false);
  const circle: Error = new Error("round");
  circle.cause = circle;
  assertEquals(isTodoError(circle), false);
});

/** Type test: TODO fits every type. */
export function fitsEveryType(): number {
  const _name: string = TODO;
  const _query: (id: number) => Promise<string[]> = () => TODO;
  return TODO;
}

Deno.test("a TODO as options, or as one of them, is told as one", () => {
  const url = "postgresql://sandy:secret@localhost/shop";
  assertThrows(() => createEngine(url, TODO), TodoError);
  assertThrows(() => createEngine(url, { poolSize: TODO }), TodoError);
});
