/**
 * Counts the statements that a client sends, whichever driver it is: by the messages of PostgreSQL's protocol.
 *
 * @module
 */

/** The codes that a client may send before its startup message: requests for encryption, which the server answers. */
const ENCRYPTION_REQUESTS = [80877103, 80877104];
const [QUERY, EXECUTE] = ["Q", "E"].map((letter) => letter.charCodeAt(0));

/**
 * Reads what one client sends, without encryption. A statement is a message Query or Execute; several in the text of one
 * Query count as one. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class StatementCounter {
  #count = 0;
  #isStarted = false;
  /** The beginning of a message whose length is not known yet. */
  #head: number[] = [];
  /** Bytes of the current message that are still to come. */
  #rest = 0;

  /** Statements sent so far. */
  get count(): number {
    return this.#count;
  }

  /** Takes what the client sent next, cut anywhere. */
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

  /** A message begins with its type and its length; the first ones have no type, but a code. */
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
