/**
 * The application: endpoints, OpenAPI description, documentation page, health checks, figures, and request middleware.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { PoolStatus } from "../lib/mod.ts";
import { DatabaseState } from "./database_state.ts";
import { documentation } from "./documentation.ts";
import { operation } from "./operation.ts";
import { problem } from "./problems.ts";
import { type BodyLimits, requestBody } from "./request_body.ts";
import { currentRequest, requestContext } from "./request_context.ts";
import { type RequestLog, requestLog } from "./request_log.ts";
import { nameSpan } from "./tracing.ts";
import { Traffic } from "./traffic.ts";

/** Parts of an application. */
export interface ApplicationParts extends BodyLimits {
  /** The endpoints; see `routes.ts`. */
  readonly routes: OpenAPIHono;
  /** Asks the database for what the endpoints need; throws when it does not answer, or lacks it. */
  readonly ping: () => unknown;
  /** Called for each request. */
  readonly log?: RequestLog;
  /** What is known of the database. */
  readonly database?: DatabaseState;
  /** Counts the requests. */
  readonly traffic?: Traffic;
  /** Spans are exported: those of requests get the names of their routes. */
  readonly telemetry?: boolean;
  /** Returns the figures of the pool, for `/metrics`. */
  readonly pool?: () => PoolStatus;
}

/**
 * Creates the application.
 * @returns an object whose `fetch` handles requests, for `Deno.serve`.
 */
export function createApplication(parts: ApplicationParts): OpenAPIHono {
  const {
    routes,
    ping,
    log,
    pool,
    telemetry = false,
    database = new DatabaseState(() => {}),
    traffic = new Traffic(),
  } = parts;
  const application = new OpenAPIHono({ strict: false });
  application.onError((error, context) =>
    problem(error, context, (error) => console.error(`request ${currentRequest()?.id} failed:`, error))
  );
  application.notFound((context) => context.json({ detail: "Not found." }, 404));
  application.use(traffic.count);
  application.use(requestContext);
  if (telemetry) application.use(nameSpan);
  if (log) application.use(requestLog(log));
  application.use(requestBody(parts));
  application.route("/", operation({ ping, database, traffic, pool }));
  application.route("/", documentation());
  application.route("/", routes);
  application.doc("/openapi.json", { openapi: "3.0.3", info: { title: "Toys and users", version: "1.0.0" } });
  refuseOtherMethods(application);
  return application;
}

/** Responds 405 on each path to methods that it does not have, instead of 404. */
function refuseOtherMethods(application: OpenAPIHono): void {
  const endpoints = application.routes.filter(({ method }) => method !== "ALL");
  for (const [path, those] of Map.groupBy(endpoints, ({ path }) => path)) {
    const methods = new Set(those.map(({ method }) => method));
    if (methods.has("GET")) methods.add("HEAD"); // hono answers it like GET, without the body
    const allow = [...methods].sort().join(", ");
    application.all(path, (context) => context.json({ detail: "Method not allowed." }, 405, { allow }));
  }
}
