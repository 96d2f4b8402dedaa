/**
 * What an error of the library says about the database: whether it is busy, away, refuses this application, or lacks
 * something that the application needs. All of these are 503; anything else is a fault of the program.
 *
 * @module
 */
import {
  AnswerTimeoutError,
  CommitOutcomeUnknownError,
  ConnectError,
  ConnectionLostError,
  DatabaseError,
  DeadlockError,
  LockTimeoutError,
  PoolTimeoutError,
  RoleSettingError,
  SerializationError,
  StaleStatementError,
  StatementCancelledError,
} from "../lib/mod.ts";

/** Why the database does not serve a request. */
export interface Trouble {
  /**
   * `busy`: it answers others, a moment later also this request. `away`: it cannot be reached, or has fallen silent.
   * `refused`: it rejects the connection, which no waiting will change. `unfit`: it lacks a table or a privilege.
   */
  readonly kind: "busy" | "away" | "refused" | "unfit";
  /** For the client: no names, no statement. */
  readonly detail: string;
}

const BUSY: Trouble = { kind: "busy", detail: "Database unavailable. Try again later." };
const AWAY: Trouble = { kind: "away", detail: "The database does not answer. Try again later." };
const REFUSED: Trouble = { kind: "refused", detail: "The database refuses this application. The log says why." };
const UNKNOWN: Trouble = {
  kind: "away",
  detail: "The database did not confirm the change: it may have been made. Read it again before you repeat it.",
};
const TABLES: Trouble = {
  kind: "unfit",
  detail: "The database lacks tables or columns of this application. Its operator has to run `deno task migrate`.",
};
const PRIVILEGE: Trouble = { kind: "unfit", detail: "The database does not permit this to the application." };

/** Busy: the same request may succeed a moment later. */
const TEMPORARY = [
  DeadlockError,
  LockTimeoutError,
  PoolTimeoutError,
  SerializationError,
  StaleStatementError,
  StatementCancelledError,
];

/** By SQLSTATE, or its class (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const BY_SQLSTATE = new Map<string, Trouble>([
  ["42P01", TABLES], // undefined_table
  ["42703", TABLES], // undefined_column
  ["3F000", TABLES], // invalid_schema_name
  ["42501", PRIVILEGE], // insufficient_privilege
  ["25006", PRIVILEGE], // read_only_sql_transaction
  ["53", BUSY], // insufficient resources
]);

/** Returns what an error says about the database; `undefined` if it is none of these. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (TEMPORARY.some((kind) => error instanceof kind)) return BUSY;
  if (error instanceof ConnectError) return troubleOfConnecting(error);
  if (error instanceof RoleSettingError) return REFUSED;
  if (error instanceof ConnectionLostError) return AWAY;
  if (error instanceof CommitOutcomeUnknownError) return UNKNOWN;
  if (error instanceof AnswerTimeoutError) {
    // unsent: all connections are in use, or the server does not accept one
    return error.outcome === "dropped" || error.cause instanceof ConnectError ? AWAY : BUSY;
  }
  if (error instanceof DatabaseError) {
    return BY_SQLSTATE.get(error.sqlstate) ?? BY_SQLSTATE.get(error.sqlstate.slice(0, 2));
  }
  return undefined;
}

/** A server that answers with an error refuses, except when it is full (53) or starting or stopping (57P). */
function troubleOfConnecting({ sqlstate }: ConnectError): Trouble {
  if (sqlstate === undefined || /^(08|57P)/.test(sqlstate)) return AWAY;
  return sqlstate.startsWith("53") ? BUSY : REFUSED;
}
