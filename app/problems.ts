/**
 * Maps errors to responses: a status, a message, and the invalid fields. Never exposes a stack trace or a statement.
 *
 * @module
 */
import type { Hook } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import {
  ConnectError,
  ConnectionLostError,
  LockTimeoutError,
  PoolTimeoutError,
  StatementTimeoutError,
} from "../lib/mod.ts";

const UNAVAILABLE = [ConnectError, ConnectionLostError, LockTimeoutError, PoolTimeoutError, StatementTimeoutError];
const PARTS: Record<string, string> = { json: "body", param: "path" };

/** Responds 422 with the path of each invalid field, such as `["body", "toys", 0]`. */
// deno-lint-ignore no-explicit-any -- for the routes of any application
export const validationProblem: Hook<any, any, any, any> = (result, context) => {
  if (result.success) return;
  const part = PARTS[result.target] ?? result.target;
  const errors = result.error.issues.map(({ path, message }) => ({ field: [part, ...path.map(plain)], message }));
  return context.json({ detail: "Invalid request.", errors }, 422);
};

/**
 * Returns the response for an error thrown by a handler.
 * @param report called with unexpected errors.
 */
export function problem(error: Error, context: Context, report: (error: Error) => void): Response {
  if (error instanceof HTTPException) return httpProblem(error, context);
  if (UNAVAILABLE.some((kind) => error instanceof kind)) {
    return context.json({ detail: "Database unavailable. Try again later." }, 503, { "retry-after": "1" });
  }
  report(error);
  return context.json({ detail: "Internal server error." }, 500);
}

function httpProblem({ status, message }: HTTPException, context: Context): Response {
  // hono responds 400 to a body that is not valid JSON; treat it like any other invalid request
  if (status === 400) return context.json({ detail: message, errors: [{ field: ["body"], message }] }, 422);
  return context.json({ detail: message }, status);
}

function plain(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}
