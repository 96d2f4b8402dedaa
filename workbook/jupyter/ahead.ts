/**
 * Processes items in order, a few ahead of demand, for the tests of one file.
 *
 * @module
 */

/** Processes items in order, starting the next ones before they are requested. */
export class Ahead<Item> {
  readonly #waiting: Item[];
  readonly #width: number;
  readonly #work: (item: Item) => Promise<void>;
  readonly #outcomes: Map<Item, PromiseWithResolvers<void>>;
  readonly #active = new Set<Promise<void>>();

  /** @param width number of items processed at a time. */
  constructor(items: readonly Item[], width: number, work: (item: Item) => Promise<void>) {
    this.#waiting = [...items];
    this.#width = width;
    this.#work = work;
    this.#outcomes = new Map(items.map((item) => [item, Promise.withResolvers<void>()]));
  }

  /**
   * Waits until an item has been processed. Earlier items that have not started are skipped.
   * @throws the error of this item's work.
   */
  async outcome(item: Item): Promise<void> {
    const place = this.#waiting.indexOf(item);
    if (place > 0) this.#waiting.splice(0, place);
    this.#fill();
    await this.#outcomes.get(item)!.promise;
  }

  /** Starts nothing more, and waits until running work has finished. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.all(this.#active);
  }

  #fill(): void {
    while (this.#active.size < this.#width && this.#waiting.length > 0) {
      const item = this.#waiting.shift()!;
      const { promise, resolve, reject } = this.#outcomes.get(item)!;
      promise.catch(() => {}); // reported when requested, possibly later
      const done = this.#work(item).then(resolve, reject).finally(() => {
        this.#active.delete(done);
        this.#fill();
      });
      this.#active.add(done);
    }
  }
}
