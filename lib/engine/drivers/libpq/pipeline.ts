/**
 * libpq's pipeline mode: prepared statements are sent without waiting, and answered in that order
 * (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html).
 *
 * @module
 */
import { reading } from "./result.ts";
import { CONNECTION_OK, ExecStatus, type Libpq, TEXT } from "./symbols.ts";
import type { Work } from "./waiting.ts";
import type { Wire } from "./wire.ts";

/** The pipeline of one connection, which is in that mode as long as something is unanswered. */
export class Pipeline {
  readonly #pq: Libpq;
  readonly #wire: Wire;
  /** Marks that were sent and have not come back. */
  #marks = 0;
  #isOpen = false;

  constructor(pq: Libpq, wire: Wire) {
    this.#pq = pq;
    this.#wire = wire;
  }

  /** Adds a statement that was prepared under this name. */
  add(name: Uint8Array<ArrayBuffer>, count: number, values: BigUint64Array<ArrayBuffer>): void {
    if (!this.#isOpen) this.#pq.PQenterPipelineMode(this.#wire.connection);
    this.#isOpen = true;
    this.#pq.PQsendQueryPrepared(this.#wire.connection, name, count, values, null, null, TEXT);
  }

  /** Sends what was added, and a mark: when one statement fails the server skips the others before it. */
  send(): void {
    this.#marks++;
    this.#pq.PQpipelineSync(this.#wire.connection);
  }

  /** Waits for the answer to the next statement and lets `read` look at it. */
  *next<T>(read: (result: Deno.PointerValue) => T): Work<T> {
    const result = yield* this.#wire.result();
    try {
      return reading(this.#pq, result, () => read(result));
    } finally {
      yield* this.#wire.result(); // NULL: that was all of it
    }
  }

  /** Reads on to the next mark, over what was skipped; with the last one the pipeline mode ends. */
  *toMark(): Work<void> {
    for (let isMark = false; !isMark && this.#pq.PQstatus(this.#wire.connection) === CONNECTION_OK;) {
      const result = yield* this.#wire.result();
      isMark = reading(this.#pq, result, () => result && this.#pq.PQresultStatus(result)) === ExecStatus.PIPELINE_SYNC;
    }
    this.#marks--;
    if (this.#marks > 0) return;
    this.#pq.PQexitPipelineMode(this.#wire.connection);
    this.#isOpen = false;
  }
}
