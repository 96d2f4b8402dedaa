/**
 * What is counted of a run: answers by status, and how long each took, in a histogram of high dynamic range (Node's:
 * microseconds, three significant digits at every size).
 *
 * @module
 */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** How long answers took, in milliseconds; all zero when there were none. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A status, or that there was no answer. */
export type Outcome = number | "no answer";

/** What a run measured. */
export interface Measured {
  /** Requests that began in the measured time; each was waited for. */
  readonly requests: number;
  /** Answers of 2xx that came within the measured time, by its seconds. */
  readonly requestsPerSecond: number;
  /** Of all requests, whatever their outcome. */
  readonly latency: Latency;
  readonly endpoints: Readonly<Record<string, { readonly requests: number; readonly latency: Latency }>>;
  /** Requests by status, or `no answer`. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Collects the requests of a run. */
export class Measurement {
  readonly #from: number;
  readonly #to: number;
  readonly #all = createHistogram(RANGE);
  readonly #endpoints = new Map<string, RecordableHistogram>();
  readonly #statuses = new Map<Outcome, number>();
  #answered = 0;

  /** @param from, to the measured time, in milliseconds of `performance.now()`; what begins outside is left out. */
  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  /**
   * Counts a request.
   * @param start when it was, or had to be, sent.
   * @param end when it was answered, or given up.
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

  /** What there is to say about it. */
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

/** Microseconds, to an hour. */
const RANGE = { lowest: 1, highest: 3_600_000_000, figures: 3 };

/** True for 2xx. */
export function isGood(outcome: Outcome): boolean {
  return typeof outcome === "number" && outcome >= 200 && outcome < 300;
}

function latencyOf(histogram: RecordableHistogram): Latency {
  if (histogram.count === 0) return { p50: 0, p95: 0, p99: 0, max: 0 };
  const [p50, p95, p99] = [50, 95, 99].map((share) => histogram.percentile(share) / 1000);
  return { p50, p95, p99, max: histogram.max / 1000 };
}
