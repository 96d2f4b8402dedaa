/**
 * Statistics of a run: responses by status, and latencies in a high dynamic range histogram (Node's: microseconds, with
 * three significant digits).
 *
 * @module
 */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** Latencies in milliseconds; all zero if there were no responses. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A status, or no response. */
export type Outcome = number | "no answer";

/** Measurements of a run. */
export interface Measured {
  /** Requests started in the measured time, each waited for. */
  readonly requests: number;
  /** Successful responses (2xx) received in the measured time, per second. */
  readonly requestsPerSecond: number;
  /** Latency of all requests, regardless of outcome. */
  readonly latency: Latency;
  readonly endpoints: Readonly<Record<string, { readonly requests: number; readonly latency: Latency }>>;
  /** Number of requests by status, or `no answer`. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Records the requests of a run. */
export class Measurement {
  readonly #from: number;
  readonly #to: number;
  readonly #all = createHistogram(RANGE);
  readonly #endpoints = new Map<string, RecordableHistogram>();
  readonly #statuses = new Map<Outcome, number>();
  #answered = 0;

  /**
   * @param from
   * @param to the measured time, in milliseconds of `performance.now()`; requests started outside it are ignored.
   */
  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  /**
   * Records a request.
   * @param start when it was sent, or should have been sent.
   * @param end when it was answered, or abandoned.
   */
  record(endpoint: string, start: number, end: number, outcome: Outcome): void {
    if (isGood(outcome) && end >= this.#from && end < this.#to) this.#answered++;
    if (start < this.#from || start >= this.#to) return;
    const microseconds = Math.max(1, Math.round((end - start) * 1000));
    this.#all.record(microseconds);
    let histogram = this.#endpoints.get(endpoint);
    if (!histogram) this.#endpoints.set(endpoint, histogram = createHistogram(RANGE));
    histogram.record(microseconds);
    this.#statuses.set(outcome, (this.#statuses.get(outcome) ?? 0) + 1);
  }

  /** Returns the statistics. */
  summary(): Measured {
    const endpoints = [...this.#endpoints].sort(([a], [b]) => a < b ? -1 : 1).map(([name, histogram]) =>
      [name, { requests: histogram.count, latency: latencyOf(histogram) }] as const
    );
    return {
      requests: this.#all.count,
      requestsPerSecond: this.#answered / ((this.#to - this.#from) / 1000),
      latency: latencyOf(this.#all),
      endpoints: Object.fromEntries(endpoints),
      statuses: Object.fromEntries([...this.#statuses].sort(([a], [b]) => String(a) < String(b) ? -1 : 1)),
    };
  }
}

/** Range of the histogram: one microsecond to one hour. */
const RANGE = { lowest: 1, highest: 3_600_000_000, figures: 3 };

/** Returns whether a status is 2xx. */
export function isGood(outcome: Outcome): boolean {
  return typeof outcome === "number" && outcome >= 200 && outcome < 300;
}

function latencyOf(histogram: RecordableHistogram): Latency {
  if (histogram.count === 0) return { p50: 0, p95: 0, p99: 0, max: 0 };
  const [p50, p95, p99] = [50, 95, 99].map((share) => histogram.percentile(share) / 1000);
  return { p50, p95, p99, max: histogram.max / 1000 };
}
