/**
 * Events emitted by an engine: the one seam for echo, timelines, counters and your own logging.
 *
 * Every event has `at`, the `performance.now()` at which it began, in milliseconds; an event that takes time has
 * `milliseconds`, its duration. `connection` is the number of the pooled connection, counted from 1.
 *
 * @module
 */
import { Listeners, type SubscribeOptions, type Subscription } from "./listeners.ts";

/** The fields of an event at one moment. */
export type Moment = { readonly at: number; readonly connection: number };
/** The fields of an event that takes time. */
export type Span = Moment & { readonly milliseconds: number };

/** The fields of each event, by its type. */
export interface Events {
  /** A connection to the server was opened. */
  connect: Span;
  /** A connection was closed; `reason` says why. */
  close: Moment & { readonly reason: CloseReason };
  /** A caller waited for a connection; `connection` is absent if the wait ended in a timeout or an abort. */
  wait: Omit<Span, "connection"> & { readonly connection?: number };
  /** The pool handed out a connection. */
  checkout: Moment & { readonly holder: string };
  /** A connection was returned; `milliseconds` is how long it was held. */
  checkin: Span;
  /** A statement is about to be sent; its sender is still on the stack, where a listener can find it. */
  send: Moment & { readonly sql: string; readonly parameters: readonly unknown[] };
  /** A statement was answered, or failed with `error`. */
  query: Span & {
    readonly sql: string;
    readonly parameters: readonly unknown[];
    readonly rowCount: number;
    readonly error?: Error;
    /** Milliseconds to the first byte of the answer, if the driver can measure it: no other statement was in flight. */
    readonly firstByte?: number;
  };
  /** A transaction began. */
  begin: Span;
  /** A transaction was committed. */
  commit: Span;
  /** A transaction was rolled back. */
  rollback: Span;
}

/** The types of events: `"connect"`, `"query"`, … */
export type EngineEventType = keyof Events;

/** The event of one type. */
export type EngineEventOf<Type extends EngineEventType> = { [T in Type]: { readonly type: T } & Events[T] }[Type];

/** An event of an engine. */
export type EngineEvent = EngineEventOf<EngineEventType>;

/**
 * The reason a connection was closed: the engine was disposed of; there were enough idle connections; it exceeded
 * `poolRecycle`, `maxLifetime` or `idleTimeout`; it was broken; or it was returned inside a transaction.
 */
export type CloseReason = "disposed" | "overflow" | "recycled" | "expired" | "idle" | "broken" | "unfinished";

/** Receives events. An error that it throws is logged to the console and does not affect the engine. */
export type EngineListener<Event extends EngineEvent = EngineEvent> = (event: Event) => void;

/** The events of one engine: subscribe with {@linkcode EngineEvents.on}. */
export class EngineEvents {
  readonly #listeners = new Listeners<EngineEventType | "*", EngineListener>();

  /**
   * Calls `listener` for each event of one type, or of every type with `"*"`.
   *
   * @returns a function that ends the subscription; so do the `signal`, and `using` at the end of its block.
   */
  on(type: "*", listener: EngineListener, options?: SubscribeOptions): Subscription;
  /** Calls `listener` for each event of one type. */
  on<Type extends EngineEventType>(
    type: Type,
    listener: (event: EngineEventOf<Type>) => void,
    options?: SubscribeOptions,
  ): Subscription;
  on(type: EngineEventType | "*", listener: EngineListener<never>, options?: SubscribeOptions): Subscription {
    return this.#listeners.add(type, listener as EngineListener, options);
  }

  /** True if there are listeners: otherwise events need not be created. */
  get isHeard(): boolean {
    return !this.#listeners.isEmpty;
  }

  /** True if there are listeners for a type. */
  wants(type: EngineEventType): boolean {
    return this.isHeard && (this.#listeners.has(type) || this.#listeners.has("*"));
  }

  /** Calls the listeners, in the order of subscription. */
  emit(event: EngineEvent): void {
    for (const key of [event.type, "*"] as const) {
      for (const listener of this.#listeners.of(key)) {
        try {
          listener(event);
        } catch (error) {
          console.error(`A listener for the engine's "${event.type}" event failed:`, error);
        }
      }
    }
  }
}

/** Returns the start of an event and its duration until now: two fields of an event. */
export function since(at: number): { at: number; milliseconds: number } {
  return { at, milliseconds: performance.now() - at };
}
