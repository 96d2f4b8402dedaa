/**
 * Endpoints for whoever operates the application: whether the process lives, whether it can serve, and its figures.
 *
 * @module
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { PoolStatus } from "../lib/mod.ts";
import type { DatabaseState } from "./database_state.ts";
import { troubleOf } from "./database_trouble.ts";
import { metrics, METRICS_TYPE } from "./metrics.ts";
import { Problem, Status } from "./schemas.ts";
import type { Traffic } from "./traffic.ts";

const tags = ["operation"];
const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

const healthz = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "isAlive",
  tags,
  responses: { 200: json(Status, "the process answers") },
});
const readyz = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "isReady",
  tags,
  responses: {
    200: json(Status, "the database has what the application needs"),
    500: json(Problem, "a fault of the application"),
    503: json(Status, "it has not, or does not answer, or the process is stopping: `detail` says which"),
  },
});
const figures = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "readMetrics",
  tags,
  responses: {
    200: {
      description: "figures of this process, in Prometheus' text format",
      content: { "text/plain": { schema: z.string() } },
    },
  },
});

/** What the endpoints report. */
export interface OperationParts {
  /** Asks the database for what the application needs; throws when it does not answer, or lacks it. */
  readonly ping: () => unknown;
  readonly database: DatabaseState;
  readonly traffic: Traffic;
  /** Returns the figures of the pool. */
  readonly pool: (() => PoolStatus) | undefined;
}

/** Creates the endpoints. */
export function operation({ ping, database, traffic, pool }: OperationParts): OpenAPIHono {
  const routes = new OpenAPIHono({ strict: false });
  routes.openapi(healthz, (context) => context.json({ status: "ok" }, 200));
  routes.openapi(readyz, async (context) => {
    if (traffic.isStopping) return context.json({ status: "stopping", detail: "The process is stopping." }, 503);
    try {
      await database.watch(ping, () => database.ready());
    } catch (error) {
      const trouble = troubleOf(error);
      if (!trouble) throw error;
      return context.json({ status: trouble.kind, detail: trouble.detail }, 503);
    }
    return context.json({ status: "ok" }, 200);
  });
  routes.openapi(figures, (context) => context.text(metrics(traffic, pool?.()), 200, { "content-type": METRICS_TYPE }));
  return routes;
}
