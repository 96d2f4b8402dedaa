/**
 * Listeners to events, by the type of the event.
 *
 * @module
 */

/** Ends a subscription; `using` ends it with its block. */
export interface Subscription extends Disposable {
  (): void;
}

/** Options of a subscription. */
export interface SubscribeOptions {
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Listeners by type. */
export class Listeners<Type extends string, Listener extends object> {
  /** Made for the first listener: most emitters have none. */
  #byType: Map<Type, Set<Listener>> | undefined;

  /** True if there is no listener. */
  get isEmpty(): boolean {
    return this.#byType === undefined || this.#byType.size === 0;
  }

  /** Adds a listener for a type. */
  add(type: Type, listener: Listener, { signal }: SubscribeOptions = {}): Subscription {
    const byType = this.#byType ??= new Map<Type, Set<Listener>>();
    const listeners = byType.getOrInsertComputed(type, () => new Set());
    const stop = () => {
      signal?.removeEventListener("abort", stop);
      listeners.delete(listener);
      if (listeners.size === 0 && byType.get(type) === listeners) byType.delete(type);
    };
    listeners.add(listener);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
    return Object.assign(stop, { [Symbol.dispose]: stop });
  }

  /** True if a type has listeners. */
  has(type: Type): boolean {
    return this.#byType?.has(type) ?? false;
  }

  /** Returns the listeners of a type, in the order of subscription. */
  of(type: Type): Iterable<Listener> {
    return this.#byType?.get(type) ?? [];
  }
}
