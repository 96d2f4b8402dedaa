/**
 * The application: endpoints, OpenAPI description, documentation page, health checks, and request middleware.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { documentation } from "./documentation.ts";
import { problem } from "./problems.ts";
import { type RequestLog, requestLog } from "./request_log.ts";

/** Parts of an application. */
export interface ApplicationParts {
  /** The endpoints; see `routes.ts`. */
  readonly routes: OpenAPIHono;
  /** Queries the database; throws when it does not answer. */
  readonly ping: () => unknown;
  /** Maximum size of a request body, in bytes. */
  readonly bodyLimit: number;
  /** Called for each request. */
  readonly log?: RequestLog;
}

/**
 * Creates the application.
 * @returns an object whose `fetch` handles requests, for `Deno.serve`.
 */
export function createApplication({ routes, ping, bodyLimit: maxSize, log }: ApplicationParts): OpenAPIHono {
  const application = new OpenAPIHono();
  application.onError((error, context) => problem(error, context, (error) => console.error(error)));
  application.notFound((context) => context.json({ detail: "Not found." }, 404));
  if (log) application.use(requestLog(log));
  application.get("/healthz", (context) => context.json({ status: "ok" }));
  application.get("/readyz", async (context) => {
    await ping();
    return context.json({ status: "ok" });
  });
  application.route("/", documentation());
  const onError: Parameters<typeof bodyLimit>[0]["onError"] = (context) =>
    context.json({ detail: `The request body exceeds ${maxSize} bytes.` }, 413);
  application.use(bodyLimit({ maxSize, onError }));
  application.route("/", routes);
  application.doc("/openapi.json", { openapi: "3.0.3", info: { title: "Toys and users", version: "1.0.0" } });
  return application;
}
