/**
 * A session that travels in the request's context instead of being passed: handlers and what they call find it by
 * {@linkcode currentSession}. Shorter signatures; but a function no longer says that it needs a session, fails only when
 * it is called outside a request, and two tasks of one request share the session without seeing it.
 *
 * The application itself passes its sessions.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { MiddlewareHandler } from "hono";
import type { Session, SessionMaker } from "../lib/mod.ts";

const sessions = new AsyncLocalStorage<Session>();

/**
 * Middleware that gives each request a session: committed if the response is a success, otherwise rolled back.
 * A session that is not used takes no connection.
 */
export function sessionPerRequest(getSession: SessionMaker): MiddlewareHandler {
  return async (context, next) => {
    await using session = getSession();
    await sessions.run(session, next);
    // hono has turned an error of the handler into a response already
    if (context.res.ok) await session.commit();
  };
}

/**
 * Returns the session of the request in whose course this is called.
 * @throws {Error} outside of a request.
 */
export function currentSession(): Session {
  const session = sessions.getStore();
  if (!session) {
    throw new Error(
      "There is no session here: currentSession() works only while sessionPerRequest() handles a request.",
    );
  }
  return session;
}
