/**
 * Keeps an engine's events, to draw or to count them.
 *
 * @module
 */
import type { EngineEvent } from "../../lib/engine/events.ts";

/** Whatever tells events as an engine does. */
export interface EventSource {
  readonly events: { on(type: "*", listener: (event: EngineEvent) => void): () => void };
}

/** The events since the recording began. */
export interface EventRecording extends Disposable {
  /** Grows while the recording runs, in the order in which the engine told the events. */
  readonly events: EngineEvent[];
  /** Ends the recording. The events stay. A second call does nothing. */
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
