/**
 * Messages from the server, cut out of the stream of bytes: one byte of type, four of length, and the body
 * (https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-MESSAGE-CONCEPTS).
 *
 * @module
 */
import type { ByteStream } from "./stream.ts";

const SIZE = 64 * 1024;
const HEADER = 5;
/** The largest length of a message: PostgreSQL allocates at most a gigabyte for one. */
const LARGEST = 0x3fff_ffff;
/** The largest length of messages that only name something, as libpq has it. */
const LARGEST_SHORT = 30_000;
/** Types of messages that may be long: rows, descriptions, COPY, errors, notices, notifications, settings. */
const LONG_TYPES: ReadonlySet<number> = new Set([..."DTtdENAS"].map((letter) => letter.charCodeAt(0)));

/** The server sent what the protocol does not permit: the connection cannot go on. */
export class ProtocolError extends Error {}

/** The bytes received, and the current message among them. Its fields are read in order. */
export class Incoming {
  readonly #stream: ByteStream;
  bytes = new Uint8Array(SIZE);
  view = new DataView(this.bytes.buffer);
  /** The type of the current message: the code of a letter. */
  type = 0;
  /** Position of the next field. */
  at = 0;
  /** End of the current message. */
  end = 0;
  /** End of the bytes received. */
  #received = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Waits for further bytes; false at the end of the stream. Moves the bytes, but keeps those of unread messages. */
  async receive(): Promise<boolean> {
    this.#makeRoom();
    const count = await this.#stream.read(this.bytes.subarray(this.#received));
    if (count !== null) this.#received += count;
    return count !== null;
  }

  /**
   * Advances to the next message; false if it has not arrived as a whole.
   *
   * @throws {ProtocolError} when its length cannot be true.
   */
  next(): boolean {
    const start = this.end;
    if (this.#received - start < HEADER) return false;
    const type = this.bytes[start];
    const length = this.view.getUint32(start + 1);
    if (length < 4 || length > (LONG_TYPES.has(type) ? LARGEST : LARGEST_SHORT)) {
      throw new ProtocolError(`a message "${String.fromCharCode(type)}" of ${length} bytes`);
    }
    const end = start + 1 + length;
    if (end > this.#received) return false;
    this.type = type;
    this.at = start + HEADER;
    this.end = end;
    return true;
  }

  /** Advances to the next message, and waits for it; false at the end of the stream. */
  async nextMessage(): Promise<boolean> {
    while (!this.next()) if (!await this.receive()) return false;
    return true;
  }

  byte(): number {
    this.#claim(1);
    return this.bytes[this.at++];
  }

  int16(): number {
    const at = this.at;
    this.#claim(2);
    this.at += 2;
    return this.view.getInt16(at);
  }

  int32(): number {
    const at = this.at;
    this.#claim(4);
    this.at += 4;
    return this.view.getInt32(at);
  }

  /** Skips a field. */
  skip(count: number): void {
    this.#claim(count);
    this.at += count;
  }

  /** A text that ends with a zero. */
  string(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end === -1 || end >= this.end) throw new ProtocolError("a text without an end");
    const text = DECODER.decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  /** The rest of the message; a view that the next `receive()` overwrites. */
  rest(): Uint8Array {
    const { at, end } = this;
    this.at = end;
    return this.bytes.subarray(at, end);
  }

  #claim(count: number): void {
    if (count < 0 || this.at + count > this.end) throw new ProtocolError("a field beyond the end of its message");
  }

  /**
   * Moves unread bytes to the front once they reach the end, and enlarges the buffer for a message that is longer: to
   * twice the bytes that came, not to the length that was announced.
   */
  #makeRoom(): void {
    const unread = this.#received - this.end;
    if (unread === 0 && this.bytes.length > SIZE) this.#move(new Uint8Array(SIZE), 0);
    else if (unread === 0 || this.#received === this.bytes.length) {
      this.#move(unread > this.bytes.length / 2 ? new Uint8Array(this.bytes.length * 2) : this.bytes, unread);
    }
  }

  #move(target: Uint8Array<ArrayBuffer>, unread: number): void {
    if (unread > 0) target.set(this.bytes.subarray(this.end, this.#received));
    if (target !== this.bytes) {
      this.bytes = target;
      this.view = new DataView(target.buffer);
    }
    this.end = 0;
    this.#received = unread;
  }
}

const DECODER = new TextDecoder();
