/**
 * Ends a COPY, which is not supported, so that the connection can be used again.
 *
 * @module
 */
import { cString } from "./c_strings.ts";
import { ExecStatus, type Libpq } from "./symbols.ts";
import type { Work } from "./waiting.ts";
import type { Wire } from "./wire.ts";

/** True if a result with this status begins a COPY. */
export function beginsCopy(status: number): boolean {
  return status === ExecStatus.COPY_IN || status === ExecStatus.COPY_OUT || status === ExecStatus.COPY_BOTH;
}

const DO_NOT_WAIT = 1;

/** Ends the COPY that a result with this status began: sends CopyFail, discards incoming data. */
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
