/**
 * COPY between server and client, which nobody here can serve: it is ended, so that the connection can be used again.
 *
 * @module
 */
import { cString } from "./c_strings.ts";
import { ExecStatus, type Libpq } from "./symbols.ts";
import type { Work } from "./waiting.ts";
import type { Wire } from "./wire.ts";

/** Whether a result with this status begins a COPY. */
export function beginsCopy(status: number): boolean {
  return status === ExecStatus.COPY_IN || status === ExecStatus.COPY_OUT || status === ExecStatus.COPY_BOTH;
}

const DO_NOT_WAIT = 1;

/** Ends the COPY that a result with this status began: refuses to send anything, and throws away what comes. */
export function* endCopy(pq: Libpq, wire: Wire, status: number): Work<void> {
  if (status !== ExecStatus.COPY_OUT) pq.PQputCopyEnd(wire.connection, cString("COPY is not supported here"));
  if (status === ExecStatus.COPY_IN) return;
  const row = new BigUint64Array(1);
  while (true) {
    const length = pq.PQgetCopyData(wire.connection, row, DO_NOT_WAIT);
    if (length < 0) return;
    if (length > 0) pq.PQfreemem(Deno.UnsafePointer.create(row[0]));
    else yield* wire.input();
  }
}
