/**
 * Maps errors to responses: a status, a message, and the invalid fields. Never exposes a stack trace or a statement.
 *
 * @module
 */
import type { Hook } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { ForeignKeyViolationError, StaleDataError, UniqueViolationError } from "../lib/mod.ts";
import { troubleOf } from "./database_trouble.ts";

/** Names of the parts of a request in `field`. */
const PARTS = new Map([["json", "body"], ["param", "path"]]);

/** Responds 422 with the path of each invalid field, such as `["body", "toys", 0]`. */
// deno-lint-ignore no-explicit-any -- for the routes of any application
export const validationProblem: Hook<any, any, any, any> = (result, context) => {
  if (result.success) return;
  const part = PARTS.get(result.target) ?? result.target;
  const errors = result.error.issues.map(({ path, message }) => ({ field: [part, ...path.map(plain)], message }));
  return context.json({ detail: "Invalid request.", errors }, 422);
};

/**
 * Returns the response for an error thrown by a handler.
 * @param report called with unexpected errors.
 */
export function problem(error: Error, context: Context, report: (error: Error) => void): Response {
  if (error instanceof HTTPException) return httpProblem(error, context);
  const trouble = troubleOf(error);
  if (trouble) {
    const mayPass = trouble.kind === "busy" || trouble.kind === "away";
    return context.json({ detail: trouble.detail }, 503, mayPass ? { "retry-after": "1" } : {});
  }
  // another request changed what this one had read
  if (error instanceof StaleDataError) {
    return context.req.header("if-match") === undefined ? context.json(CHANGED, 409) : context.json(OUTDATED, 412);
  }
  if (error instanceof ForeignKeyViolationError) return context.json(GONE, 409);
  if (error instanceof UniqueViolationError) return context.json(TAKEN, 409);
  report(error);
  return context.json({ detail: "Internal server error." }, 500);
}

const CHANGED = { detail: "It was changed by another request meanwhile. Read it again." };
const GONE = { detail: "A toy or the user was deleted meanwhile. Read them again." };
const TAKEN = { detail: "Another toy has this name." };
/** For 412: the client has not seen the current version. */
export const OUTDATED = { detail: "It was changed since it was read. Read it again." };

function httpProblem({ status, message }: HTTPException, context: Context): Response {
  // what is no JSON at all is an invalid request like any other
  if (status === 400) return invalidBody(hasBody(context) ? message : "A JSON body is required.", context);
  // the rest of the body is not read
  const headers: Record<string, string> = status === 408 || status === 413 ? { connection: "close" } : {};
  return context.json({ detail: message }, status, headers);
}

function invalidBody(message: string, context: Context): Response {
  return context.json({ detail: "Invalid request.", errors: [{ field: ["body"], message }] }, 422);
}

function hasBody({ req: { raw: { headers } } }: Context): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length")) > 0;
}

function plain(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}
