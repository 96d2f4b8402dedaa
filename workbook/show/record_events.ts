/**
 * Records an engine's events, for drawing or counting.
 *
 * @module
 */
import type { EngineEvent } from "../../lib/engine/events.ts";

/** A source of engine events. */
export interface EventSource {
  readonly events: { on(type: "*", listener: (event: EngineEvent) => void): () => void };
}

/** A recording of events. */
export interface EventRecording extends Disposable {
  /** Events in the order emitted; grows while the recording runs. */
  readonly events: EngineEvent[];
  /** Stops the recording and keeps its events. Calling it again has no effect. */
  stop(): void;
}

/**
 * Records an engine's events until `stop()`.
 *
 * @example
 * ```ts ignore
 * const recording = recordEvents(engine);
 * await Promise.all([1, 2, 3].map(() => runQuery(engine)));
 * recording.stop();
 * await show(timeline(recording.events));
 * ```
 */
export function recordEvents(engine: EventSource): EventRecording {
  const events: EngineEvent[] = [];
  const stop = engine.events.on("*", (event) => void events.push(event));
  return { events, stop, [Symbol.dispose]: stop };
}
