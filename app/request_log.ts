/**
 * Request log with one line of JSON per request. Lines are buffered and written in batches, so that no request waits
 * for a slow reader.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { currentRequest, traceId } from "./request_context.ts";

/** Fields logged for a completed request. */
export interface LoggedRequest {
  /** Arrival time in ISO 8601 format. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The id that the response has as `x-request-id`. */
  readonly requestId?: string;
  /** The id of the caller's trace, if there is one. */
  readonly traceId?: string;
}

/** Records completed requests. */
export type RequestLog = (request: LoggedRequest) => void;

/** Middleware that logs every request, including failed ones. */
export function requestLog(log: RequestLog): MiddlewareHandler {
  return async (context, next) => {
    const time = new Date().toISOString();
    const start = performance.now();
    await next();
    const milliseconds = Math.round((performance.now() - start) * 1000) / 1000;
    const { method, path } = context.req;
    const { id: requestId, traceparent } = currentRequest() ?? {};
    const ids = { ...(requestId && { requestId }), ...(traceparent && { traceId: traceId(traceparent) }) };
    log({ time, method, path, status: context.res.status, milliseconds, ...ids });
  };
}

/** Interval between writes, in milliseconds. */
const INTERVAL = 100;

/** Maximum number of buffered lines. When nobody reads the output, further requests are only counted. */
const MOST_WAITING = 10_000;

/** Writes requests as lines of JSON. Close it to flush the remaining lines. */
export class LineLog implements AsyncDisposable {
  readonly #write: (text: string) => Promise<void>;
  #lines: string[] = [];
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;

  /** @param write receives complete lines, each ending in a newline; not called again before it resolves. */
  constructor(write: (text: string) => Promise<void>) {
    this.#write = write;
  }

  /** Records a request. */
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
