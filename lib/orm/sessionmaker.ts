/**
 * Makes sessions on an engine.
 *
 * @module
 */
import type { TransactionOptions } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { type LimitOptions, limitsOf } from "../engine/limit.ts";
import { checkWork } from "../engine/options.ts";
import { SessionEvents } from "./session_events.ts";
import { Session, type SessionOptions } from "./session.ts";
import { checkSessionOptions } from "./session_options.ts";

/** Makes sessions. Returned by {@linkcode sessionmaker}. */
export interface SessionMaker {
  (): Session;
  /** The events of all sessions that it makes, and has made. */
  readonly events: SessionEvents<Session>;
  /**
   * Runs `work` with a new session: commits when it returns, rolls back when it throws.
   *
   * @param options `signal` and `timeout` apply to checking out a connection and to the commit, not to the work.
   * @returns the value of `work`.
   */
  begin<T>(work: (session: Session) => T | Promise<T>, options?: TransactionOptions & LimitOptions): Promise<T>;
}

/**
 * Returns a function that makes sessions on an engine.
 *
 * ```ts ignore
 * const getSession = sessionmaker(engine);
 * await using session = getSession();
 * session.addAll([new Hero({ name: "spongebob" }), new Hero({ name: "sandy" })]);
 * await session.commit();
 * ```
 */
export function sessionmaker(engine: Engine, options: SessionOptions = {}): SessionMaker {
  checkSessionOptions(options);
  const events = new SessionEvents<Session>();
  const make = () => new Session(engine, options, events);
  return Object.assign(make, {
    events,
    async begin<T>(
      work: (session: Session) => T | Promise<T>,
      transaction?: TransactionOptions & LimitOptions,
    ): Promise<T> {
      checkWork(work);
      await using session = make();
      await session.begin(transaction);
      const value = await work(session);
      await session.commit(limitsOf(transaction));
      return value;
    },
  });
}
