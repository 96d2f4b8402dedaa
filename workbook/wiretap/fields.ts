/**
 * Reads the fields of a message that may be cut off, or not what it claims to be: whatever is missing is empty.
 *
 * @module
 */

const DECODER = new TextDecoder();

/** The body of a message. */
export class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True when nothing is left. */
  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#number(1, (at) => this.#view.getUint8(at));
  }

  int16(): number {
    return this.#number(2, (at) => this.#view.getUint16(at));
  }

  int32(): number {
    return this.#number(4, (at) => this.#view.getInt32(at));
  }

  /** A letter. */
  letter(): string {
    return this.isOver ? "" : String.fromCharCode(this.byte());
  }

  /** A text that ends with a zero, or where the message does. */
  string(): string {
    const found = this.#bytes.indexOf(0, this.#at);
    const end = found === -1 ? this.#bytes.length : found;
    const text = DECODER.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** The next bytes as text; those of a message that was cut off end with an ellipsis. */
  text(length: number): string {
    const bytes = this.#bytes.subarray(this.#at, this.#at + Math.max(0, length));
    this.#at += Math.max(0, length);
    return DECODER.decode(bytes) + (bytes.length < length ? "…" : "");
  }

  /** The next bytes as text if they are one that can be printed, else in hexadecimal digits. */
  readable(length: number): string {
    const start = this.#at;
    const text = this.text(length);
    // deno-lint-ignore no-control-regex -- these are what tells bytes from a text
    if (!/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text)) return text;
    this.#at = start;
    return this.hex(length);
  }

  /** The next bytes in hexadecimal digits. */
  hex(length: number): string {
    const bytes = this.#bytes.subarray(this.#at, this.#at + Math.max(0, length));
    this.#at += Math.max(0, length);
    return `\\x${bytes.toHex()}${bytes.length < length ? "…" : ""}`;
  }

  skip(length: number): void {
    this.#at += Math.max(0, length);
  }

  /** Reads a list while there is anything left. */
  list<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count && !this.isOver; i++) items.push(read());
    return items;
  }

  #number(size: number, read: (at: number) => number): number {
    const at = this.#at;
    this.#at += size;
    return this.#at > this.#bytes.length ? 0 : read(at);
  }
}
