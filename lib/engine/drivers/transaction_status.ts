/** The transaction as ReadyForQuery tells of it, the server's word and not a guess from SQL text. @module */
import type { TransactionStatus } from "../driver.ts";

/** Byte of the message type, and of the status behind the type and four bytes of length. */
const READY_FOR_QUERY = 0x5a;
const HEADER = 5;

/** @param letter of ReadyForQuery: `I`, `T` or `E`; before the first one there is no transaction. */
export function transactionStatus(letter: string | null): TransactionStatus {
  return letter === "T" ? "in transaction" : letter === "E" ? "failed" : "idle";
}

/** Follows the messages of a server from header to header, wherever the chunks are cut. */
export class StatusReader {
  status: TransactionStatus = "idle";
  /** Bytes to pass over until the next message. */
  #skip = 0;
  /** The header, and of ReadyForQuery the status too, as far as it has come. */
  readonly #head = new Uint8Array(HEADER + 1);
  #filled = 0;

  /** @param chunk what came next from the server, in clear. */
  read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, chunk.length - at);
        this.#skip -= passed;
        at += passed;
        continue;
      }
      this.#head[this.#filled++] = chunk[at++];
      const isReady = this.#head[0] === READY_FOR_QUERY;
      if (this.#filled < (isReady ? HEADER + 1 : HEADER)) continue;
      this.#filled = 0;
      if (isReady) this.status = transactionStatus(String.fromCharCode(this.#head[HEADER]));
      else this.#skip = new DataView(this.#head.buffer).getUint32(1) - 4; // the length counts itself
    }
  }
}
