/**
 * libpq's pipeline mode: prepared statements are sent without waiting, and answered in that order
 * (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html).
 *
 * @module
 */
import { TEXT } from "./calls.ts";
import { CONNECTION_OK, ExecStatus, type Libpq } from "./symbols.ts";
import { reading } from "./result.ts";

/** The pipeline of one connection, which is in that mode as long as something is unanswered. */
export class Pipeline {
  readonly #pq: Libpq;
  readonly #connection: Deno.PointerValue;
  /** Marks that were sent and have not come back. */
  #marks = 0;
  #isOpen = false;

  constructor(pq: Libpq, connection: Deno.PointerValue) {
    this.#pq = pq;
    this.#connection = connection;
  }

  /** Adds a statement that was prepared under this name. */
  add(name: Uint8Array<ArrayBuffer>, count: number, values: BigUint64Array<ArrayBuffer>): void {
    if (!this.#isOpen) this.#pq.PQenterPipelineMode(this.#connection);
    this.#isOpen = true;
    this.#pq.PQsendQueryPrepared(this.#connection, name, count, values, null, null, TEXT);
  }

  /** Sends what was added, and a mark: when one statement fails the server skips the others before it. */
  send(): void {
    this.#marks++;
    this.#pq.PQpipelineSync(this.#connection);
  }

  /** Lets `read` look at the answer to the next statement, which it waits for. */
  next<T>(read: (result: Deno.PointerValue) => T): T {
    const result = this.#pq.PQgetResult(this.#connection);
    try {
      return reading(this.#pq, result, () => read(result));
    } finally {
      this.#pq.PQgetResult(this.#connection); // NULL: that was all of it
    }
  }

  /** Reads on to the next mark, over what was skipped; with the last one the pipeline mode ends. */
  toMark(): void {
    for (let isMark = false; !isMark && this.#pq.PQstatus(this.#connection) === CONNECTION_OK;) {
      const result = this.#pq.PQgetResult(this.#connection);
      isMark = reading(this.#pq, result, () => result && this.#pq.PQresultStatus(result)) === ExecStatus.PIPELINE_SYNC;
    }
    this.#marks--;
    if (this.#marks > 0) return;
    this.#pq.PQexitPipelineMode(this.#connection);
    this.#isOpen = false;
  }
}
