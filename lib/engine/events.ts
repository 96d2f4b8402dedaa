/**
 * What an engine tells about itself while it works: the one seam for echo, timelines, counters and your own logging.
 *
 * Every event carries `at`, the `performance.now()` at which the thing began, in milliseconds; where it took time,
 * `milliseconds` says how long. `connection` is the number of the pooled connection, counted from 1.
 *
 * @module
 */

/** One thing that happened in an engine. */
export type EngineEvent =
  /** A connection to the server was opened. */
  | { readonly type: "connect"; readonly at: number; readonly milliseconds: number; readonly connection: number }
  /** A connection was closed: by the pool (`"disposed"`, `"overflow"`), or found broken (`"broken"`). */
  | { readonly type: "close"; readonly at: number; readonly connection: number; readonly reason: CloseReason }
  /** Someone had to wait for a connection; `connection` is absent when the wait ended in a timeout or an abort. */
  | { readonly type: "wait"; readonly at: number; readonly milliseconds: number; readonly connection?: number }
  /** The pool handed a connection out. */
  | { readonly type: "checkout"; readonly at: number; readonly connection: number; readonly holder: string }
  /** The connection came back; `milliseconds` is how long it was held. */
  | { readonly type: "checkin"; readonly at: number; readonly milliseconds: number; readonly connection: number }
  /** A statement was answered (or failed: `error`). */
  | {
    readonly type: "query";
    readonly at: number;
    readonly milliseconds: number;
    readonly connection: number;
    readonly sql: string;
    readonly parameters: readonly unknown[];
    readonly rowCount: number;
    readonly error?: Error;
  }
  /** A transaction began, was committed or was rolled back. */
  | {
    readonly type: "begin" | "commit" | "rollback";
    readonly at: number;
    readonly milliseconds: number;
    readonly connection: number;
  };

/** Why a connection was closed. */
export type CloseReason = "disposed" | "overflow" | "broken";

/** The names of the events: `"connect"`, `"query"`, … */
export type EngineEventType = EngineEvent["type"];

/** The event of one name. */
export type EngineEventOf<Type extends EngineEventType> = Extract<EngineEvent, { type: Type }>;
