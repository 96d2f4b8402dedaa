/**
 * Cuts a stream into messages while it passes. Nothing that is sent makes it throw, or keep more than a small part.
 *
 * @module
 */

/** Bytes of a message that are kept: SQL and names are long enough with them, and rows are only counted. */
const KEPT = 16 * 1024;
const LENGTH = 4;

/** A message cut out of the stream. */
export interface Cut {
  /** The letter of its type; empty for the first message of a client, which has none. */
  readonly type: string;
  /** Size of the whole message, as it announces it. */
  readonly bytes: number;
  /** Its body, up to a maximum. */
  readonly body: Uint8Array;
}

/** Cuts one direction of a connection. */
export class Cutter {
  /** True while messages have no type. */
  #isStartup: boolean;
  #header: number[] = [];
  #body = new Uint8Array(0);
  #kept = 0;
  /** Bytes of the body that are still to come. */
  #missing = 0;
  /** The stream is no longer understood. */
  #isOpaque = false;

  /** @param isStartup true for the client's direction. */
  constructor(isStartup: boolean) {
    this.#isStartup = isStartup;
  }

  /** True once a length could not be true: what follows is passed on, but not understood. */
  get isOpaque(): boolean {
    return this.#isOpaque;
  }

  /** The next message has no type again: after a request for encryption that was refused. */
  restart(): void {
    this.#isStartup = true;
  }

  /** Yields the messages that a piece of the stream completes. */
  *push(piece: Uint8Array): Generator<Cut> {
    let at = 0;
    while (at < piece.length && !this.#isOpaque) {
      const header = this.#isStartup ? LENGTH : 1 + LENGTH;
      if (this.#header.length < header) {
        this.#header.push(piece[at++]);
        if (this.#header.length === header) this.#begin();
        if (this.#header.length < header || this.#missing > 0 || this.#isOpaque) continue;
      }
      const count = Math.min(this.#missing, piece.length - at);
      this.#keep(piece.subarray(at, at + count));
      this.#missing -= count;
      at += count;
      if (this.#missing === 0) yield this.#end();
    }
  }

  #begin(): void {
    const length = this.#header.slice(-LENGTH).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#isOpaque = length < LENGTH || length > 2 ** 30;
    this.#missing = length - LENGTH;
    this.#kept = 0;
    this.#body = new Uint8Array(0);
  }

  #keep(bytes: Uint8Array): void {
    const part = bytes.subarray(0, KEPT - this.#kept);
    if (this.#kept + part.length > this.#body.length) {
      const larger = new Uint8Array(Math.min(KEPT, Math.max(this.#kept + part.length, 2 * this.#body.length)));
      larger.set(this.#body);
      this.#body = larger;
    }
    this.#body.set(part, this.#kept);
    this.#kept += part.length;
  }

  #end(): Cut {
    const type = this.#isStartup ? "" : String.fromCharCode(this.#header[0]);
    const length = this.#header.slice(-LENGTH).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#header = [];
    this.#isStartup = false;
    return { type, bytes: length + type.length, body: this.#body.subarray(0, this.#kept) };
  }
}
