/**
 * The request log: a line of JSON for each request. Lines are collected and written together a moment later, so that no
 * request waits for the terminal.
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

/** Writes requests as lines of JSON. Close it to have the last ones written. */
export class LineLog implements Disposable {
  readonly #write: (text: string) => void;
  #lines: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param write takes whole lines, each ended by a newline. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Takes note of a request. */
  readonly log: RequestLog = (request) => {
    this.#lines.push(JSON.stringify(request));
    this.#timer ??= setTimeout(() => this.#flush(), INTERVAL);
  };

  [Symbol.dispose](): void {
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length > 0) this.#write(this.#lines.splice(0).map((line) => `${line}\n`).join(""));
  }
}
