import { assertEquals } from "@std/assert";
import { EngineEvents } from "../../lib/engine/events.ts";
import { recordEvents } from "./record_events.ts";

const close = (connection: number) => ({ type: "close", at: 0, connection, reason: "disposed" } as const);

Deno.test("recordEvents() keeps events until it is stopped", () => {
  const events = new EngineEvents();
  events.emit(close(1));
  const recording = recordEvents({ events });
  events.emit(close(2));
  recording.stop();
  events.emit(close(3));
  recording.stop();
  assertEquals(recording.events, [close(2)]);
});

Deno.test("recordEvents() ends with its block", () => {
  const events = new EngineEvents();
  {
    using _recording = recordEvents({ events });
    assertEquals(events.wants("close"), true);
  }
  assertEquals(events.wants("close"), false);
});
