/**
 * The application: the endpoints, their description and documentation, health checks, and what is around each request.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { documentation } from "./documentation.ts";
import { problem } from "./problems.ts";
import { type RequestLog, requestLog } from "./request_log.ts";

/** What an application is made of. */
export interface ApplicationParts {
  /** The endpoints; see `routes.ts`. */
  readonly routes: OpenAPIHono;
  /** Asks the database for an answer; throws when there is none. */
  readonly ping: () => unknown;
  /** Bytes that the body of a request may have. */
  readonly bodyLimit: number;
  /** Is told of each request. */
  readonly log?: RequestLog;
}

/** Makes the application. @returns an object whose `fetch` answers requests, for `Deno.serve`. */
export function createApplication({ routes, ping, bodyLimit: maxSize, log }: ApplicationParts): OpenAPIHono {
  const application = new OpenAPIHono();
  application.onError((error, context) => problem(error, context, (error) => console.error(error)));
  application.notFound((context) => context.json({ detail: "There is nothing here." }, 404));
  if (log) application.use(requestLog(log));
  application.get("/healthz", (context) => context.json({ status: "ok" }));
  application.get("/readyz", async (context) => {
    await ping();
    return context.json({ status: "ok" });
  });
  application.route("/", documentation());
  const onError: Parameters<typeof bodyLimit>[0]["onError"] = (context) =>
    context.json({ detail: `The body is larger than ${maxSize} bytes.` }, 413);
  application.use(bodyLimit({ maxSize, onError }));
  application.route("/", routes);
  application.doc("/openapi.json", { openapi: "3.0.3", info: { title: "Toys and users", version: "1.0.0" } });
  return application;
}
