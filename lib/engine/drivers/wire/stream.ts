/**
 * The stream port of the driver: bytes to and from the server, over TCP, a Unix socket or TLS.
 *
 * `Deno.connect` is the fastest way to the server, but `Deno.startTls` can neither skip the verification of a
 * certificate nor show it: TLS therefore runs over `node:tls`.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** A stream of bytes in both directions. */
export interface ByteStream {
  /**
   * Waits for bytes.
   *
   * @param into at least one byte long.
   * @returns the number of bytes copied into it; `null` at the end of the stream.
   */
  read(into: Uint8Array): Promise<number | null>;
  /**
   * Sends bytes. A second call before the first is settled would interleave with it.
   *
   * @returns the number of bytes accepted, at least one.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** Closes the stream immediately. Calls that are waiting may never settle. */
  destroy(): void;
  /** The server's certificate in DER, if the stream is encrypted. */
  readonly certificate?: Uint8Array | undefined;
}

/** TCP or a Unix socket. */
export class PlainStream implements ByteStream {
  readonly #connection: Deno.Conn;
  #isOpen = true;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#connection.read(into);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#connection.write(bytes);
  }

  destroy(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#connection.close();
  }
}

/** An encrypted stream of Node. */
export class EncryptedStream implements ByteStream {
  readonly #socket: TLSSocket;
  #readable: (() => void) | undefined;
  #error: Error | undefined;
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket as TLSSocket;
    const wake = () => this.#readable?.();
    const over = () => {
      this.#isOver = true;
      wake();
    };
    socket.on("readable", wake).on("end", over).on("close", over).on("error", (error) => {
      this.#error = error;
      over();
    });
  }

  get certificate(): Uint8Array | undefined {
    return this.#socket.getPeerCertificate()?.raw;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (true) {
      const available = this.#socket.readableLength;
      const chunk = available > 0 ? this.#socket.read(Math.min(available, into.length)) as Uint8Array | null : null;
      if (chunk) {
        into.set(chunk);
        return chunk.length;
      }
      if (this.#error) throw this.#error;
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => this.#readable = resolve);
      this.#readable = undefined;
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
