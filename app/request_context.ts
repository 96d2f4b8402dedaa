/**
 * What belongs to a request and travels with it, through every `await`, to places that it is not passed to: the log,
 * the echo of statements, comments on them.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { MiddlewareHandler } from "hono";

/** Identifies a request. */
export interface RequestContext {
  /** From the header `x-request-id`, or made here; the response has it, too. */
  readonly id: string;
  /** The caller's trace, as in the header of that name (https://www.w3.org/TR/trace-context/). */
  readonly traceparent?: string;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Returns the request in whose course this is called, if any. */
export function currentRequest(): RequestContext | undefined {
  return contexts.getStore();
}

/** Middleware that gives each request its context. */
export const requestContext: MiddlewareHandler = (context, next) => {
  const id = knownId(context.req.header("x-request-id")) ?? crypto.randomUUID();
  const traceparent = validTraceparent(context.req.header("traceparent"));
  context.header("x-request-id", id);
  return contexts.run(traceparent === undefined ? { id } : { id, traceparent }, next);
};

/** Returns the id of a trace: the 32 hexadecimal digits of a `traceparent`. */
export function traceId(traceparent: string): string {
  return traceparent.split("-")[1];
}

/** Prefixes a line of the echo with the id of its request. */
export function withRequestId(line: string): string {
  const request = currentRequest();
  return request ? `${request.id} ${line}` : line;
}

/** Returns what a comment on a statement says of its request, in the form of https://google.github.io/sqlcommenter. */
export function statementComment(): string | undefined {
  const request = currentRequest();
  if (!request) return undefined;
  const { id, traceparent } = request;
  return `request_id='${id}'${traceparent === undefined ? "" : `,traceparent='${traceparent}'`}`;
}

/** An id that may be printed and put into a comment as it is. */
function knownId(id: string | undefined): string | undefined {
  return id !== undefined && /^[\w.-]{1,64}$/.test(id) ? id : undefined;
}

function validTraceparent(header: string | undefined): string | undefined {
  const isValid = header !== undefined &&
    /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/.test(header);
  return isValid ? header : undefined;
}
