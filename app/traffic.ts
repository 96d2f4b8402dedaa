/**
 * The requests of a process: how many are in progress, how they ended, and how long they took. Also tells clients to
 * leave while the process is stopping.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";

/** Upper bounds of the buckets of durations, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The methods that are counted by name; a client may send any word as one. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Counts the requests of a process. */
export class Traffic {
  /** Requests that have begun, ever. */
  begun = 0;
  /** Requests that have ended, by method and status. */
  readonly ended = new Map<string, number>();
  /** Durations in seconds: how many were at most as long as each bound, how many there are, and their sum. */
  readonly durations = { bounds: BUCKETS, counts: BUCKETS.map(() => 0), count: 0, sum: 0 };
  /** True once the process is stopping: every response then ends its connection. */
  isStopping = false;

  /** Requests in progress. */
  get inProgress(): number {
    return this.begun - this.durations.count;
  }

  /** Middleware that counts, outside of all others. */
  readonly count: MiddlewareHandler = async (context, next) => {
    this.begun++;
    const start = performance.now();
    try {
      await next();
      // not context.header(), which would turn a finished body into a stream, of unknown length
      if (this.isStopping) context.res.headers.set("connection", "close");
    } finally {
      const method = METHODS.has(context.req.method) ? context.req.method : "other";
      this.#end(`method="${method}",status="${context.res.status}"`, (performance.now() - start) / 1000);
    }
  };

  #end(how: string, seconds: number): void {
    this.ended.set(how, (this.ended.get(how) ?? 0) + 1);
    this.durations.count++;
    this.durations.sum += seconds;
    BUCKETS.forEach((bound, index) => this.durations.counts[index] += Number(seconds <= bound));
  }
}
