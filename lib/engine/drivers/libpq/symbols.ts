/**
 * The functions of libpq that the driver calls (https://www.postgresql.org/docs/current/libpq.html).
 *
 * @module
 */
import type { TransactionStatus } from "../../driver.ts";

const CONNECT_START = { parameters: ["buffer", "buffer", "i32"], result: "pointer" } as const;
const SOCKET_POLL = { parameters: ["i32", "i32", "i32", "i64"], result: "i32", optional: true } as const;
const POLL = { parameters: ["buffer", "usize", "i32"], result: "i32", optional: true } as const;
const OF_CONNECTION = ["pointer"] as const;
const OF_CELL = ["pointer", "i32", "i32"] as const;

/** The signatures. Only the polls wait for the server, and only for the time they are given. */
export const SYMBOLS = {
  /** May take long: it looks up the host name. `…OnThread`: on a thread of a pool. */
  PQconnectStartParams: CONNECT_START,
  PQconnectStartParamsOnThread: { ...CONNECT_START, name: "PQconnectStartParams", nonblocking: true },
  PQconnectPoll: { parameters: OF_CONNECTION, result: "i32" },
  PQsocket: { parameters: OF_CONNECTION, result: "i32" },
  PQsetnonblocking: { parameters: ["pointer", "i32"], result: "i32" },

  /** Since libpq 17. */
  PQsocketPoll: SOCKET_POLL,
  PQsocketPollOnThread: { ...SOCKET_POLL, name: "PQsocketPoll", nonblocking: true },
  /** The system's `poll`, found in libraries that use it; on Windows it has another name. */
  poll: POLL,
  pollOnThread: { ...POLL, name: "poll", nonblocking: true },

  PQsendQuery: { parameters: ["pointer", "buffer"], result: "i32" },
  PQsendQueryParams: {
    parameters: ["pointer", "buffer", "i32", "pointer", "buffer", "pointer", "pointer", "i32"],
    result: "i32",
  },
  PQsendPrepare: { parameters: ["pointer", "buffer", "buffer", "i32", "pointer"], result: "i32" },
  PQsendQueryPrepared: {
    parameters: ["pointer", "buffer", "i32", "buffer", "pointer", "pointer", "i32"],
    result: "i32",
  },
  PQflush: { parameters: OF_CONNECTION, result: "i32" },
  PQconsumeInput: { parameters: OF_CONNECTION, result: "i32" },
  PQisBusy: { parameters: OF_CONNECTION, result: "i32" },
  PQgetResult: { parameters: OF_CONNECTION, result: "pointer" },

  PQenterPipelineMode: { parameters: OF_CONNECTION, result: "i32" },
  PQexitPipelineMode: { parameters: OF_CONNECTION, result: "i32" },
  PQpipelineSync: { parameters: OF_CONNECTION, result: "i32" },

  PQputCopyEnd: { parameters: ["pointer", "buffer"], result: "i32" },
  PQgetCopyData: { parameters: ["pointer", "buffer", "i32"], result: "i32" },

  PQlibVersion: { parameters: [], result: "i32" },
  PQstatus: { parameters: OF_CONNECTION, result: "i32" },
  PQparameterStatus: { parameters: ["pointer", "buffer"], result: "pointer" },
  PQtransactionStatus: { parameters: OF_CONNECTION, result: "i32" },
  PQbackendPID: { parameters: OF_CONNECTION, result: "i32" },
  PQerrorMessage: { parameters: OF_CONNECTION, result: "pointer" },
  PQfinish: { parameters: OF_CONNECTION, result: "void" },
  PQsetErrorVerbosity: { parameters: ["pointer", "i32"], result: "i32" },
  PQsetNoticeReceiver: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  PQfreemem: { parameters: ["pointer"], result: "void" },
  /** As a notice receiver it frees its first argument, NULL, and so does nothing. */
  addressOfPQfreemem: { name: "PQfreemem", type: "pointer" },

  /** Since libpq 17. */
  PQcancelCreate: { parameters: OF_CONNECTION, result: "pointer", optional: true },
  PQcancelStart: { parameters: ["pointer"], result: "i32", optional: true },
  PQcancelPoll: { parameters: ["pointer"], result: "i32", optional: true },
  PQcancelSocket: { parameters: ["pointer"], result: "i32", optional: true },
  PQcancelErrorMessage: { parameters: ["pointer"], result: "pointer", optional: true },
  PQcancelFinish: { parameters: ["pointer"], result: "void", optional: true },
  /** For older versions: waits for the server without a limit. */
  PQgetCancel: { parameters: OF_CONNECTION, result: "pointer" },
  PQcancelOnThread: { name: "PQcancel", parameters: ["pointer", "buffer", "i32"], result: "i32", nonblocking: true },
  PQfreeCancel: { parameters: ["pointer"], result: "void" },

  PQresultStatus: { parameters: ["pointer"], result: "i32" },
  PQresultErrorMessage: { parameters: ["pointer"], result: "pointer" },
  PQresultErrorField: { parameters: ["pointer", "i32"], result: "pointer" },
  PQcmdStatus: { parameters: ["pointer"], result: "pointer" },
  PQcmdTuples: { parameters: ["pointer"], result: "pointer" },
  PQntuples: { parameters: ["pointer"], result: "i32" },
  PQnfields: { parameters: ["pointer"], result: "i32" },
  PQfname: { parameters: ["pointer", "i32"], result: "pointer" },
  PQftype: { parameters: ["pointer", "i32"], result: "u32" },
  PQgetisnull: { parameters: OF_CELL, result: "i32" },
  PQgetvalue: { parameters: OF_CELL, result: "pointer" },
  PQclear: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions, ready to be called. */
export type Libpq = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** `ConnStatusType`. */
export const CONNECTION_OK = 0;
export const CONNECTION_BAD = 1;

/** `PostgresPollingStatusType`: failed, waiting to read, waiting to write, open. */
export const Polling = { FAILED: 0, READING: 1, WRITING: 2, OK: 3 };

/** The values of `ExecStatusType` that are not errors. */
export const ExecStatus = {
  EMPTY_QUERY: 0,
  COMMAND_OK: 1,
  TUPLES_OK: 2,
  COPY_OUT: 3,
  COPY_IN: 4,
  COPY_BOTH: 8,
  PIPELINE_SYNC: 10,
};

/**
 * The text format of results. Measured against binary: one row takes as long; 1,000 rows of uuid, text, timestamptz and
 * integers take 1.2 times as long in binary, because the length of each value has to be fetched and its memory mapped.
 */
export const TEXT = 0;

/** `PGTransactionStatusType`: undefined while a statement is in flight, and for a broken connection. */
export const TRANSACTION_STATUSES: readonly (TransactionStatus | undefined)[] = [
  "idle",
  undefined,
  "in transaction",
  "failed",
  undefined,
];

/** `PGVerbosity`: VERBOSE messages include the SQLSTATE. */
export const ERRORS_DEFAULT = 1;
export const ERRORS_VERBOSE = 2;
