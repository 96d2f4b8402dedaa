/**
 * What an engine tells about itself while it works: the one seam for echo, timelines, counters and your own logging.
 *
 * Every event carries `at`, the `performance.now()` at which the thing began, in milliseconds; where it took time,
 * `milliseconds` says how long. `connection` is the number of the pooled connection, counted from 1.
 *
 * @module
 */

type Moment = { readonly at: number; readonly connection: number };
type Span = Moment & { readonly milliseconds: number };

/** What each event says, by its name. */
interface Events {
  /** A connection to the server was opened. */
  connect: Span;
  /** A connection was closed; `reason` says why. */
  close: Moment & { readonly reason: CloseReason };
  /** Someone had to wait for a connection; `connection` is absent when the wait ended in a timeout or an abort. */
  wait: Omit<Span, "connection"> & { readonly connection?: number };
  /** The pool handed a connection out. */
  checkout: Moment & { readonly holder: string };
  /** The connection came back; `milliseconds` is how long it was held. */
  checkin: Span;
  /** A statement is about to be sent; its sender is still on the stack, so that a listener can see who asks. */
  send: Moment & { readonly sql: string; readonly parameters: readonly unknown[] };
  /** A statement was answered (or failed: `error`). */
  query: Span & {
    readonly sql: string;
    readonly parameters: readonly unknown[];
    readonly rowCount: number;
    readonly error?: Error;
    /** Milliseconds until the answer began to arrive, where the driver can tell: nothing else was under way. */
    readonly firstByte?: number;
  };
  /** A transaction began. */
  begin: Span;
  /** A transaction was committed. */
  commit: Span;
  /** A transaction was rolled back. */
  rollback: Span;
}

/** The names of the events: `"connect"`, `"query"`, … */
export type EngineEventType = keyof Events;

/** The event of one name. */
export type EngineEventOf<Type extends EngineEventType> = { [T in Type]: { readonly type: T } & Events[T] }[Type];

/** One thing that happened in an engine. */
export type EngineEvent = EngineEventOf<EngineEventType>;

/**
 * Why a connection was closed: the engine was disposed of, there were enough others, it was older than `poolRecycle` or
 * `maxLifetime` allows, idle for longer than `idleTimeout`; it was found broken, or came back in a transaction.
 */
export type CloseReason = "disposed" | "overflow" | "recycled" | "expired" | "idle" | "broken" | "unfinished";

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
  on<Type extends EngineEventType>(type: Type, listener: (event: EngineEventOf<Type>) => void): () => void;
  on(type: EngineEventType | "*", listener: EngineListener<never>): () => void {
    const listeners = this.#listeners.getOrInsertComputed(type, () => new Set()).add(listener as EngineListener);
    return () => {
      listeners.delete(listener as EngineListener);
      if (listeners.size === 0 && this.#listeners.get(type) === listeners) this.#listeners.delete(type);
    };
  }

  /** True when somebody listens to anything: otherwise events need not even be built. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** True when somebody listens to events of a type. */
  wants(type: EngineEventType): boolean {
    return this.isHeard && (this.#listeners.has(type) || this.#listeners.has("*"));
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

/** When something began, and the milliseconds that it took until now: two fields of an event. */
export function since(at: number): { at: number; milliseconds: number } {
  return { at, milliseconds: performance.now() - at };
}
