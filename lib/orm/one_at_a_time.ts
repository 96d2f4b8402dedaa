/** A session is for one task at a time: a second call is refused while the first runs. @module */
import { CallSite } from "../text/call_site.ts";
import { ConcurrentUseError } from "./errors.ts";

/** Runs one thing at a time. */
export class OneAtATime {
  /** What runs now, and from where it was called. */
  #running: { what: string; site: CallSite } | undefined;
  #done: Promise<unknown> = Promise.resolve();

  /** From where what runs now was called. */
  get site(): CallSite | undefined {
    return this.#running?.site;
  }

  /** @throws {ConcurrentUseError} when something runs; it names both. */
  async run<T>(what: string, work: () => Promise<T>): Promise<T> {
    const site = new CallSite();
    if (this.#running) {
      const { what: running, site: since } = this.#running;
      throw new ConcurrentUseError(`${running}, called by ${since}`, `${what}, called by ${site}`);
    }
    this.#running = { what, site };
    try {
      const done = work();
      this.#done = done;
      return await done;
    } finally {
      this.#running = undefined;
    }
  }

  /** Waits for what runs, however it ends. */
  async idle(): Promise<void> {
    while (this.#running) await this.#done.catch(() => {});
  }
}
