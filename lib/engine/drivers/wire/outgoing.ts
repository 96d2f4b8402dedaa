/**
 * Messages to the server: a type, the length, and fields
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 *
 * @module
 */

const ENCODER = new TextEncoder();
const SIZE = 8 * 1024;
/** A buffer that grew beyond this size is given up once its bytes are sent. */
const LARGEST_KEPT = 1024 * 1024;
/** Above this length a text is encoded apart, because in place it would need room for three bytes per character. */
const LONG_TEXT = 64 * 1024;
/** Version 3.0 of the protocol. */
const PROTOCOL = 3 << 16;

const code = (letter: string) => letter.charCodeAt(0);
const BIND = code("B");
const COPY_FAIL = code("f");
const DESCRIBE = code("D");
const EXECUTE = code("E");
const PARSE = code("P");
const PASSWORD = code("p");
const QUERY = code("Q");
const STATEMENT = code("S");
const SYNC = code("S");
const TERMINATE = code("X");

/** Bytes to be sent, as messages that are appended to them. */
export class Outgoing {
  #bytes = new Uint8Array(SIZE);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The bytes; valid until the next message is appended. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets the bytes. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > LARGEST_KEPT) this.#resize(SIZE);
  }

  /** The first message, which has no type: the version, and settings as pairs of name and value. */
  startup(settings: Readonly<Record<string, string>>): void {
    const start = this.#length;
    this.#int32(0);
    this.#int32(PROTOCOL);
    for (const [name, value] of Object.entries(settings)) {
      this.#string(name);
      this.#string(value);
    }
    this.#byte(0);
    this.#view.setInt32(start, this.#length - start);
  }

  /** The answer to a request for a password. */
  password(text: string): void {
    const end = this.#begin(PASSWORD);
    this.#string(text);
    end();
  }

  /** The first message of a SASL mechanism: its name, and the message with its length. */
  saslInitial(mechanism: string, message: string): void {
    const end = this.#begin(PASSWORD);
    this.#string(mechanism);
    this.#value(message);
    end();
  }

  /** A further message of a SASL mechanism. */
  saslResponse(message: string): void {
    const end = this.#begin(PASSWORD);
    this.#text(message);
    end();
  }

  /** SQL text, of one or several statements: the simple query. */
  query(sql: string): void {
    const end = this.#begin(QUERY);
    this.#string(sql);
    end();
  }

  /** Prepares a statement; the server infers the types of its parameters. An empty name is the unnamed statement. */
  parse(name: string, sql: string): void {
    const end = this.#begin(PARSE);
    this.#string(name);
    this.#string(sql);
    this.#int16(0);
    end();
  }

  /** Asks for the parameters and columns of a prepared statement. */
  describe(name: string): void {
    const end = this.#begin(DESCRIBE);
    this.#byte(STATEMENT);
    this.#string(name);
    end();
  }

  /**
   * Gives a prepared statement its parameters, in text.
   *
   * @param formats of the columns of the result: 0 for text, 1 for binary; an empty array for text throughout.
   */
  bind(name: string, parameters: readonly (string | null)[], formats: readonly number[]): void {
    const end = this.#begin(BIND);
    this.#byte(0); // the unnamed portal
    this.#string(name);
    this.#int16(0); // every parameter is text
    this.#int16(parameters.length);
    for (const parameter of parameters) {
      if (parameter === null) this.#int32(-1);
      else this.#value(parameter);
    }
    this.#int16(formats.length);
    for (const format of formats) this.#int16(format);
    end();
  }

  /** Runs what was bound, without a limit of rows. */
  execute(): void {
    const end = this.#begin(EXECUTE);
    this.#byte(0);
    this.#int32(0);
    end();
  }

  /** Ends an extended query: the server answers ReadyForQuery, and skips nothing further after an error. */
  sync(): void {
    this.#begin(SYNC)();
  }

  /** Refuses the COPY that the server waits for. */
  copyFail(reason: string): void {
    const end = this.#begin(COPY_FAIL);
    this.#string(reason);
    end();
  }

  /** Ends the connection. */
  terminate(): void {
    this.#begin(TERMINATE)();
  }

  /** Starts a message; the returned function enters its length, which counts itself but not the type. */
  #begin(type: number): () => void {
    this.#byte(type);
    const start = this.#length;
    this.#int32(0);
    return () => this.#view.setInt32(start, this.#length - start);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  /** A text, and the zero that ends it. */
  #string(text: string): void {
    this.#text(text);
    this.#byte(0);
  }

  /** A text after its length in bytes. */
  #value(text: string): void {
    const start = this.#length;
    this.#int32(0);
    this.#text(text);
    this.#view.setInt32(start, this.#length - start - 4);
  }

  #text(text: string): void {
    if (text.length > LONG_TEXT) {
      const bytes = ENCODER.encode(text);
      this.#reserve(bytes.length);
      this.#bytes.set(bytes, this.#length);
      this.#length += bytes.length;
    } else {
      this.#reserve(text.length * 3);
      this.#length += ENCODER.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    }
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) this.#resize(Math.max(needed, this.#bytes.length * 2));
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
