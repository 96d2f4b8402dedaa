/**
 * From errors to answers: a status, a sentence, the fields at fault. Never a stack or a statement.
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

/** 422 with the fields at fault, each as the way to it: `["body", "toys", 0]`. */
// deno-lint-ignore no-explicit-any -- for the routes of any application
export const validationProblem: Hook<any, any, any, any> = (result, context) => {
  if (result.success) return;
  const part = PARTS[result.target] ?? result.target;
  const errors = result.error.issues.map(({ path, message }) => ({ field: [part, ...path.map(plain)], message }));
  return context.json({ detail: "The request does not fit.", errors }, 422);
};

/**
 * The answer to what a handler threw.
 *
 * @param report is told what nobody foresaw.
 */
export function problem(error: Error, context: Context, report: (error: Error) => void): Response {
  if (error instanceof HTTPException) return httpProblem(error, context);
  if (UNAVAILABLE.some((kind) => error instanceof kind)) {
    return context.json({ detail: "The database is busy or away. Try again." }, 503, { "retry-after": "1" });
  }
  report(error);
  return context.json({ detail: "Something went wrong here." }, 500);
}

function httpProblem({ status, message }: HTTPException, context: Context): Response {
  // hono answers a body that is no JSON with 400; it is one more way not to fit
  if (status === 400) return context.json({ detail: message, errors: [{ field: ["body"], message }] }, 422);
  return context.json({ detail: message }, status);
}

function plain(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}
