/**
 * The request log: a line of JSON for each request. Lines are collected and written together a moment later, so that no
 * request waits for whoever reads them.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";

/** What is known of a request that was answered. */
export interface LoggedRequest {
  /** When it came, as ISO 8601. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** Takes note of requests. */
export type RequestLog = (request: LoggedRequest) => void;

/** Tells a log of every request, also of those that fail. */
export function requestLog(log: RequestLog): MiddlewareHandler {
  return async (context, next) => {
    const time = new Date().toISOString();
    const start = performance.now();
    await next();
    const milliseconds = Math.round((performance.now() - start) * 1000) / 1000;
    const { method, path } = context.req;
    log({ time, method, path, status: context.res.status, milliseconds });
  };
}

/** Milliseconds between two writes. */
const INTERVAL = 100;

/** Lines that wait at most: when nobody reads them, requests go on, and later ones are only counted. */
const MOST_WAITING = 10_000;

/** Writes requests as lines of JSON. Close it to have the last ones written. */
export class LineLog implements AsyncDisposable {
  readonly #write: (text: string) => Promise<void>;
  #lines: string[] = [];
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;

  /** @param write takes whole lines, each ended by a newline, and is not called again before it is done. */
  constructor(write: (text: string) => Promise<void>) {
    this.#write = write;
  }

  /** Takes note of a request. */
  readonly log: RequestLog = (request) => {
    if (this.#lines.length >= MOST_WAITING) this.#dropped++;
    else this.#lines.push(JSON.stringify(request));
    if (!this.#writing) this.#timer ??= setTimeout(() => this.#writing = this.#writeAll(), INTERVAL);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await (this.#writing ?? this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    this.#timer = undefined;
    while (this.#lines.length > 0) {
      const lines = this.#lines.splice(0);
      if (this.#dropped > 0) lines.push(JSON.stringify({ dropped: this.#dropped }));
      this.#dropped = 0;
      await this.#write(lines.map((line) => `${line}\n`).join(""));
    }
    this.#writing = undefined;
  }
}
