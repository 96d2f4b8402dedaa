/**
 * The functions of libpq that the driver calls (https://www.postgresql.org/docs/current/libpq.html).
 *
 * @module
 */

const CONNECT = { parameters: ["buffer", "buffer", "i32"], result: "pointer" } as const;
const RESET = { parameters: ["pointer"], result: "void" } as const;
const EXEC = { parameters: ["pointer", "buffer"], result: "pointer" } as const;
const EXEC_PARAMS = {
  parameters: ["pointer", "buffer", "i32", "pointer", "buffer", "pointer", "pointer", "i32"],
  result: "pointer",
} as const;
const PREPARE = { parameters: ["pointer", "buffer", "buffer", "i32", "pointer"], result: "pointer" } as const;
const EXEC_PREPARED = {
  parameters: ["pointer", "buffer", "i32", "buffer", "pointer", "pointer", "i32"],
  result: "pointer",
} as const;
const OF_CONNECTION = ["pointer"] as const;
const OF_CELL = ["pointer", "i32", "i32"] as const;

/** What waits for the server is there twice: blocking the thread that calls, and `…OnThread` on a thread of a pool. */
export const SYMBOLS = {
  PQconnectdbParams: CONNECT,
  PQreset: RESET,
  PQexec: EXEC,
  PQexecParams: EXEC_PARAMS,
  PQprepare: PREPARE,
  PQexecPrepared: EXEC_PREPARED,
  PQconnectdbParamsOnThread: { ...CONNECT, name: "PQconnectdbParams", nonblocking: true },
  PQresetOnThread: { ...RESET, name: "PQreset", nonblocking: true },
  PQexecOnThread: { ...EXEC, name: "PQexec", nonblocking: true },
  PQexecParamsOnThread: { ...EXEC_PARAMS, name: "PQexecParams", nonblocking: true },
  PQprepareOnThread: { ...PREPARE, name: "PQprepare", nonblocking: true },
  PQexecPreparedOnThread: { ...EXEC_PREPARED, name: "PQexecPrepared", nonblocking: true },

  /** What does not wait: statements are sent, their results fetched later; in pipeline mode several of them. */
  PQsendQuery: { parameters: ["pointer", "buffer"], result: "i32" },
  PQsendQueryPrepared: { ...EXEC_PREPARED, result: "i32" },
  PQenterPipelineMode: { parameters: OF_CONNECTION, result: "i32" },
  PQexitPipelineMode: { parameters: OF_CONNECTION, result: "i32" },
  PQpipelineSync: { parameters: OF_CONNECTION, result: "i32" },
  PQgetResult: { parameters: OF_CONNECTION, result: "pointer" },

  PQlibVersion: { parameters: [], result: "i32" },
  PQstatus: { parameters: OF_CONNECTION, result: "i32" },
  PQparameterStatus: { parameters: ["pointer", "buffer"], result: "pointer" },
  PQtransactionStatus: { parameters: OF_CONNECTION, result: "i32" },
  PQbackendPID: { parameters: OF_CONNECTION, result: "i32" },
  PQerrorMessage: { parameters: OF_CONNECTION, result: "pointer" },
  PQconsumeInput: { parameters: OF_CONNECTION, result: "i32" },
  PQfinish: { parameters: OF_CONNECTION, result: "void" },
  PQsetErrorVerbosity: { parameters: ["pointer", "i32"], result: "i32" },
  PQsetNoticeReceiver: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  /** Not to be called, but its address: as a notice receiver it frees its first argument, NULL, and so does nothing. */
  PQfreemem: { type: "pointer" },

  PQgetCancel: { parameters: OF_CONNECTION, result: "pointer" },
  PQcancel: { parameters: ["pointer", "buffer", "i32"], result: "i32", nonblocking: true },
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

/** The values of `ExecStatusType` that are no error. */
export const ExecStatus = {
  EMPTY_QUERY: 0,
  COMMAND_OK: 1,
  TUPLES_OK: 2,
  COPY_OUT: 3,
  COPY_IN: 4,
  COPY_BOTH: 8,
  PIPELINE_SYNC: 10,
};

/** The values of `PGTransactionStatusType` in which a transaction is open, and the one in which it has failed. */
export const IN_TRANSACTION = 2;
export const IN_ERROR = 3;

/** `PGVerbosity`: with VERBOSE the messages carry the SQLSTATE. */
export const ERRORS_DEFAULT = 1;
export const ERRORS_VERBOSE = 2;
