/**
 * Converts a `PGresult` to JavaScript values, and always frees its memory.
 *
 * @module
 */
import type { RawResult } from "../../driver.ts";
import type { ServerErrorFields } from "../../errors.ts";
import type { Reported } from "../../../values/date_styles.ts";
import type { Decoder } from "../../../values/decode.ts";
import { decoderFor } from "../../../values/types.ts";
import { fromC } from "./c_strings.ts";
import type { Libpq } from "./symbols.ts";

/** Results received from libpq and freed, on this thread: equal when none is held. */
export const resultCount = { received: 0, cleared: 0 };

/** Passes a result to `read`, then frees it. */
export function reading<T>(pq: Libpq, result: Deno.PointerValue, read: () => T): T {
  if (result === null) return read(); // libpq was out of memory
  resultCount.received++;
  try {
    return read();
  } finally {
    pq.PQclear(result);
    resultCount.cleared++;
  }
}

/** The last result received: earlier ones are freed at once, this one at the end. */
export class LastResult implements Disposable {
  readonly #pq: Libpq;
  result: Deno.PointerValue = null;

  constructor(pq: Libpq) {
    this.#pq = pq;
  }

  /** @param result not `null`. */
  replace(result: Deno.PointerValue): void {
    this[Symbol.dispose]();
    this.result = result;
    resultCount.received++;
  }

  [Symbol.dispose](): void {
    if (this.result === null) return;
    this.#pq.PQclear(this.result);
    resultCount.cleared++;
    this.result = null;
  }
}

/** The columns of a result and their decoders; the same for each execution of a prepared statement. */
export interface Shape {
  readonly columns: readonly string[];
  readonly decoders: readonly Decoder[];
}

/** Reads the columns of a result. */
export function readShape(pq: Libpq, result: Deno.PointerValue): Shape {
  const indexes = Array.from({ length: pq.PQnfields(result) }, (_, index) => index);
  return {
    columns: indexes.map((index) => fromC(pq.PQfname(result, index))),
    decoders: indexes.map((index) => decoderFor(pq.PQftype(result, index))),
  };
}

/**
 * Reads the rows of a result in text format, in which a value contains no NUL and so ends with its C string.
 *
 * @param reported returns settings that the server has reported.
 */
export function readRows(
  pq: Libpq,
  result: Deno.PointerValue,
  { columns, decoders }: Shape,
  reported: Reported,
): RawResult {
  const count = pq.PQntuples(result);
  const rows: unknown[][] = [];
  for (let r = 0; r < count; r++) {
    const row: unknown[] = [];
    for (let c = 0; c < decoders.length; c++) {
      const text = Deno.UnsafePointerView.getCString(pq.PQgetvalue(result, r, c)!);
      // NULL is returned as an empty string
      row.push(text === "" && pq.PQgetisnull(result, r, c) === 1 ? null : decoders[c](text, reported));
    }
    rows.push(row);
  }
  const [command] = fromC(pq.PQcmdStatus(result)).split(" ", 1);
  const changed = fromC(pq.PQcmdTuples(result)); // empty for SHOW and EXPLAIN, which report no row count
  return { columns, rows, command, rowCount: changed === "" ? count : Number(changed) };
}

/** Field codes of an error message. */
const FIELDS = {
  message: "M",
  sqlstate: "C",
  detail: "D",
  hint: "H",
  schema: "s",
  table: "t",
  column: "c",
  constraint: "n",
  routine: "R",
} as const satisfies Record<keyof ServerErrorFields, string>;

/** Reads an error reported by the server; `undefined` if the error is libpq's own. */
export function readError(pq: Libpq, result: Deno.PointerValue): ServerErrorFields | undefined {
  const field = (letter: string) => fromC(pq.PQresultErrorField(result, letter.charCodeAt(0))) || undefined;
  const fields = Object.fromEntries(Object.entries(FIELDS).map(([name, letter]) => [name, field(letter)]));
  return fields.sqlstate === undefined ? undefined : fields as unknown as ServerErrorFields;
}
