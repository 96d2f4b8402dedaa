import { assertEquals } from "@std/assert";
import { type CloseReason, type EngineEvent, EngineEvents } from "./events.ts";

const begin: EngineEvent = { type: "begin", at: 1, milliseconds: 2, connection: 3 };
const close: EngineEvent = { type: "close", at: 4, connection: 3, reason: "broken" };

Deno.test("a listener gets the events of its type; one for '*' gets all", () => {
  const events = new EngineEvents();
  const begins: EngineEvent[] = [];
  const all: EngineEvent[] = [];
  events.on("begin", (event) => begins.push(event));
  events.on("*", (event) => all.push(event));
  events.emit(begin);
  events.emit(close);
  assertEquals(begins, [begin]);
  assertEquals(all, [begin, close]);
});

Deno.test("a subscription ends with the function that on() returned", () => {
  const events = new EngineEvents();
  let heard = 0;
  const stop = events.on("begin", () => heard++);
  const stopOther = events.on("begin", () => heard += 10);
  events.emit(begin);
  stop();
  stop();
  events.emit(begin);
  assertEquals(heard, 21);
  stopOther();
  events.emit(begin);
  assertEquals(heard, 21);
});

Deno.test("a subscription ends with its block, or with its signal", () => {
  const events = new EngineEvents();
  const controller = new AbortController();
  let heard = "";
  {
    using _stop = events.on("begin", () => heard += "a");
    events.on("begin", () => heard += "b", { signal: controller.signal });
    events.emit(begin);
  }
  events.emit(begin);
  controller.abort();
  events.on("begin", () => heard += "c", { signal: controller.signal });
  events.emit(begin);
  assertEquals([heard, events.isHeard], ["abb", false]);
});

Deno.test("wants() is true while somebody listens", () => {
  const events = new EngineEvents();
  assertEquals(events.wants("begin"), false);
  const stop = events.on("begin", () => {});
  assertEquals([events.wants("begin"), events.wants("close")], [true, false]);
  stop();
  assertEquals(events.wants("begin"), false);
  const stopAll = events.on("*", () => {});
  assertEquals(events.wants("close"), true);
  stopAll();
  assertEquals(events.wants("close"), false);
});

Deno.test("a listener that throws is reported, and the others are told all the same", () => {
  const events = new EngineEvents();
  const printed: unknown[][] = [];
  const original = console.error;
  console.error = (...args) => printed.push(args);
  let heard = 0;
  try {
    events.on("begin", () => {
      throw new Error("oops");
    });
    events.on("begin", () => heard++);
    events.emit(begin);
  } finally {
    console.error = original;
  }
  assertEquals(heard, 1);
  assertEquals(`${printed[0]}`, `A listener for the engine's "begin" event failed:,Error: oops`);
});

Deno.test("the type of an event follows from its name", () => {
  const events = new EngineEvents();
  events.on("query", (event) => event.sql.length);
  events.on("close", (event) => event.reason satisfies CloseReason);
  events.on("begin", (event) => event satisfies { type: "begin"; milliseconds: number });
  // @ts-expect-error there is no such event
  events.on("explode", () => {});
  // @ts-expect-error a begin has no sql
  events.on("begin", (event) => event.sql);
  // @ts-expect-error not every event has a duration
  events.on("*", (event) => event.milliseconds);
});
