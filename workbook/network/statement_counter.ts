/**
 * Counts the statements a client sends, for any driver, by parsing PostgreSQL protocol messages.
 *
 * @module
 */

/** Request codes a client may send before its startup message: encryption requests, which the server answers. */
const ENCRYPTION_REQUESTS = [80877103, 80877104];
const [QUERY, EXECUTE] = ["Q", "E"].map((letter) => letter.charCodeAt(0));

/**
 * Parses the unencrypted messages of one client. A statement is a Query or Execute message; several statements in one
 * Query count as one. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class StatementCounter {
  #count = 0;
  #isStarted = false;
  /** The start of a message whose length is not known yet. */
  #head: number[] = [];
  /** Bytes of the current message still to come. */
  #rest = 0;

  /** Number of statements sent so far. */
  get count(): number {
    return this.#count;
  }

  /** Parses the next chunk from the client, split anywhere. */
  read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#rest > 0) {
        const skipped = Math.min(this.#rest, bytes.length - at);
        this.#rest -= skipped;
        at += skipped;
      } else {
        this.#head.push(bytes[at++]);
        this.#readHead();
      }
    }
  }

  /** Reads a message header: type and length; initial messages have a code instead of a type. */
  #readHead(): void {
    const [typeBytes, headBytes] = this.#isStarted ? [1, 5] : [0, 8];
    if (this.#head.length < headBytes) return;
    const view = new DataView(Uint8Array.from(this.#head).buffer);
    this.#rest = typeBytes + view.getUint32(typeBytes) - headBytes;
    if (!this.#isStarted) this.#isStarted = !ENCRYPTION_REQUESTS.includes(view.getUint32(4));
    else if (this.#head[0] === QUERY || this.#head[0] === EXECUTE) this.#count++;
    this.#head = [];
  }
}
