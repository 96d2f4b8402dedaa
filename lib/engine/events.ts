/**
 * What an engine tells about itself while it works: the one seam for echo, timelines, counters and your own logging.
 *
 * Every event carries `at`, the `performance.now()` at which the thing began, in milliseconds; where it took time,
 * `milliseconds` says how long. `connection` is the number of the pooled connection, counted from 1.
 *
 * @module
 */

/** One thing that happened in an engine. */
export type EngineEvent =
  /** A connection to the server was opened. */
  | { readonly type: "connect"; readonly at: number; readonly milliseconds: number; readonly connection: number }
  /** A connection was closed: by the pool (`"disposed"`, `"overflow"`), or found broken (`"broken"`). */
  | { readonly type: "close"; readonly at: number; readonly connection: number; readonly reason: CloseReason }
  /** Someone had to wait for a connection; `connection` is absent when the wait ended in a timeout or an abort. */
  | { readonly type: "wait"; readonly at: number; readonly milliseconds: number; readonly connection?: number }
  /** The pool handed a connection out. */
  | { readonly type: "checkout"; readonly at: number; readonly connection: number; readonly holder: string }
  /** The connection came back; `milliseconds` is how long it was held. */
  | { readonly type: "checkin"; readonly at: number; readonly milliseconds: number; readonly connection: number }
  /** A statement was answered (or failed: `error`). */
  | {
    readonly type: "query";
    readonly at: number;
    readonly milliseconds: number;
    readonly connection: number;
    readonly sql: string;
    readonly parameters: readonly unknown[];
    readonly rowCount: number;
    readonly error?: Error;
  }
  /** A transaction began, was committed or was rolled back. */
  | {
    readonly type: "begin" | "commit" | "rollback";
    readonly at: number;
    readonly milliseconds: number;
    readonly connection: number;
  };

/** Why a connection was closed. */
export type CloseReason = "disposed" | "overflow" | "broken";

/** The names of the events: `"connect"`, `"query"`, … */
export type EngineEventType = EngineEvent["type"];

/** The event of one name. */
export type EngineEventOf<Type extends EngineEventType> = Extract<EngineEvent, { type: Type }>;

/** Receives events. What it throws is reported to the console and does not disturb the engine. */
export type EngineListener<Event extends EngineEvent = EngineEvent> = (event: Event) => void;

/** The events of one engine: subscribe with {@linkcode EngineEvents.on}. */
export class EngineEvents {
  readonly #listeners = new Map<EngineEventType | "*", Set<EngineListener>>();

  /**
   * Calls `listener` for each event of one type, or of every type with `"*"`.
   *
   * @returns a function that ends the subscription.
   */
  on(type: "*", listener: EngineListener): () => void;
  on<Type extends EngineEventType>(type: Type, listener: EngineListener<EngineEventOf<Type>>): () => void;
  on(type: EngineEventType | "*", listener: EngineListener<never>): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener as EngineListener));
    return () => {
      listeners.delete(listener as EngineListener);
      if (listeners.size === 0 && this.#listeners.get(type) === listeners) this.#listeners.delete(type);
    };
  }

  /** True when somebody listens: otherwise an event need not even be built. */
  wants(type: EngineEventType): boolean {
    return this.#listeners.size > 0 && (this.#listeners.has(type) || this.#listeners.has("*"));
  }

  /** Tells the listeners, in the order in which they subscribed. */
  emit(event: EngineEvent): void {
    for (const key of [event.type, "*"] as const) {
      for (const listener of this.#listeners.get(key) ?? []) {
        try {
          listener(event);
        } catch (error) {
          console.error(`A listener for the engine's "${event.type}" event failed:`, error);
        }
      }
    }
  }
}
