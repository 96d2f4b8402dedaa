/**
 * libpq's pipeline mode: prepared statements are sent without waiting for answers, which arrive in the same order
 * (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html).
 *
 * @module
 */
import { reading } from "./result.ts";
import { CONNECTION_OK, ExecStatus, type Libpq, TEXT } from "./symbols.ts";
import type { Work } from "./waiting.ts";
import type { Wire } from "./wire.ts";

/** The pipeline of one connection, which stays in pipeline mode while answers are outstanding. */
export class Pipeline {
  readonly #pq: Libpq;
  readonly #wire: Wire;
  /** Synchronization points sent and not yet answered. */
  #syncs = 0;
  #isOpen = false;

  constructor(pq: Libpq, wire: Wire) {
    this.#pq = pq;
    this.#wire = wire;
  }

  /** Adds a statement prepared under this name. */
  add(name: Uint8Array<ArrayBuffer>, count: number, values: BigUint64Array<ArrayBuffer>): void {
    if (!this.#isOpen) this.#pq.PQenterPipelineMode(this.#wire.connection);
    this.#isOpen = true;
    this.#pq.PQsendQueryPrepared(this.#wire.connection, name, count, values, null, null, TEXT);
  }

  /**
   * Sends the statements added and a synchronization point: after an error the server skips the remaining statements
   * before it.
   */
  send(): void {
    this.#syncs++;
    this.#pq.PQpipelineSync(this.#wire.connection);
  }

  /** Waits for the next answer and passes it to `read`. */
  *next<T>(read: (result: Deno.PointerValue) => T): Work<T> {
    const result = yield* this.#wire.result();
    try {
      return reading(this.#pq, result, () => read(result));
    } finally {
      yield* this.#wire.result(); // NULL: the end of the answer
    }
  }

  /** Reads up to the next synchronization point, past skipped statements; after the last one leaves pipeline mode. */
  *toSync(): Work<void> {
    for (let isSync = false; !isSync && this.#pq.PQstatus(this.#wire.connection) === CONNECTION_OK;) {
      const result = yield* this.#wire.result();
      isSync = reading(this.#pq, result, () => result && this.#pq.PQresultStatus(result)) === ExecStatus.PIPELINE_SYNC;
    }
    this.#syncs--;
    if (this.#syncs > 0) return;
    this.#pq.PQexitPipelineMode(this.#wire.connection);
    this.#isOpen = false;
  }
}
