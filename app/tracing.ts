/**
 * Spans of OpenTelemetry, which Deno exports itself where OTEL_DENO is set: `Deno.serve` makes one for each request, in
 * the trace of the caller's `traceparent`; here each statement becomes one of its children.
 *
 * @module
 */
import { type Attributes, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { EngineEvents } from "../lib/mod.ts";
import { currentRequest } from "./request_context.ts";

const tracer = trace.getTracer("toys");

/** Makes a span of each statement (https://opentelemetry.io/docs/specs/semconv/database/postgresql/). */
export function traceStatements(events: EngineEvents): void {
  events.on("query", ({ at, milliseconds, sql, error }) => {
    const operation = /\w+/.exec(sql)?.[0].toUpperCase() ?? "query";
    const attributes: Attributes = {
      "db.system.name": "postgresql",
      "db.operation.name": operation,
      "db.query.text": sql,
    };
    const startTime = performance.timeOrigin + at;
    const span = tracer.startSpan(operation, { kind: SpanKind.CLIENT, startTime, attributes });
    if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.name });
    span.end(startTime + milliseconds);
  });
}

/** Middleware that gives the span of a request its route as a name, and the id of the request. */
export const nameSpan: MiddlewareHandler = async (context, next) => {
  const span = trace.getActiveSpan();
  await next();
  const route = routePath(context, -1);
  span?.updateName(`${context.req.method} ${route}`);
  span?.setAttributes({ "http.route": route, "request.id": currentRequest()?.id });
};
