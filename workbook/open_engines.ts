/**
 * The engines of this process that are not disposed of, or whose connections are still in use: what a notebook closes before it starts over.
 *
 * @module
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { channels, type ObservedEngine } from "../lib/engine/channels.ts";

/** Collects engines, from its creation on. */
export class OpenEngines implements Disposable {
  /** The set-up after which each engine was created. */
  readonly #origins = new Map<ObservedEngine, string>();
  #origin = "";
  readonly #disposed = new Set<ObservedEngine>();
  readonly #add = (engine: unknown) => {
    this.#forget();
    this.#origins.set(engine as ObservedEngine, this.#origin);
  };
  readonly #remove = (engine: unknown) => void this.#disposed.add(engine as ObservedEngine);

  constructor() {
    subscribe(channels.created, this.#add);
    subscribe(channels.disposed, this.#remove);
  }

  /** Number of open connections of these engines. */
  get connections(): number {
    return [...this.#origins.keys()].reduce((sum, { connectionCount }) => sum + connectionCount, 0);
  }

  /** Engines created from now on belong to `origin`. */
  beginAt(origin: string): void {
    this.#origin = origin;
  }

  /** Cancels the statements in flight; returns their number. */
  async cancel(): Promise<number> {
    const counts = await Promise.all([...this.#origins.keys()].map((engine) => engine.cancel?.() ?? 0));
    return counts.reduce((sum, each) => sum + each, 0);
  }

  /**
   * Disposes of engines and cuts off their connections, even those in use: whoever uses them is a cell of an earlier run.
   *
   * @param origin only those created after `beginAt(origin)` (default: all).
   */
  async dispose(origin?: string): Promise<void> {
    const engines = [...this.#origins].filter(([, each]) => origin === undefined || each === origin);
    await Promise.all(engines.map(([engine]) => engine.dispose({ force: true })));
    this.#forget();
  }

  /** Forgets the disposed engines whose last connection was returned. */
  #forget(): void {
    for (const engine of this.#disposed) {
      if (engine.connectionCount > 0) continue;
      this.#disposed.delete(engine);
      this.#origins.delete(engine);
    }
  }

  /** Stops collecting. */
  [Symbol.dispose](): void {
    unsubscribe(channels.created, this.#add);
    unsubscribe(channels.disposed, this.#remove);
  }
}
