/**
 * HTTP/1.1 over one socket, one request at a time: the connection of one user of the load test.
 *
 * `fetch` and npm `undici` cost the generator five times as much per request (75 to 150 µs instead of 15 to 20 on this
 * machine), time that the application then lacks, and do not reveal which connection a request uses.
 * @module
 */
import type { Exchange } from "./workload.ts";

/** A response. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** No response: the connection failed or was lost, or the response is not understood. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A connection opened by the first request, and reopened by the first request after a failure. */
export class HttpConnection implements Disposable {
  readonly #address: Deno.ConnectOptions;
  #buffer = new Uint8Array(65_536);
  #socket: Deno.TcpConn | undefined;

  constructor(address: { readonly hostname: string; readonly port: number }) {
    this.#address = address;
  }

  /**
   * Sends a request and waits for the complete response.
   * @throws {NoAnswerError}
   */
  async send(exchange: Exchange): Promise<Answer> {
    try {
      this.#socket ??= await this.#open();
      const bytes = encodeRequest(exchange, this.#address);
      for (let sent = 0; sent < bytes.length;) sent += await this.#socket.write(bytes.subarray(sent));
      return await this.#receive(this.#socket, exchange.next !== undefined);
    } catch (error) {
      this[Symbol.dispose]();
      throw error instanceof NoAnswerError ? error : new NoAnswerError(String(error), { cause: error });
    }
  }

  /** Closes the connection; a pending request fails. */
  [Symbol.dispose](): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  async #open(): Promise<Deno.TcpConn> {
    const socket = await Deno.connect(this.#address);
    socket.setNoDelay();
    return socket;
  }

  async #receive(socket: Deno.TcpConn, isBodyWanted: boolean): Promise<Answer> {
    let filled = 0;
    let head: Head | undefined;
    while (!head || filled < head.length + head.bodyLength) {
      if (filled === this.#buffer.length) this.#grow();
      const read = await socket.read(this.#buffer.subarray(filled));
      if (read === null) throw new NoAnswerError("the connection was closed before the response was complete");
      filled += read;
      head ??= parseHead(this.#buffer.subarray(0, filled));
    }
    const { status, length, isLast } = head;
    const body = isBodyWanted ? decoder.decode(this.#buffer.subarray(length, filled)) : "";
    if (isLast) this[Symbol.dispose]();
    return { status, body };
  }

  #grow(): void {
    const larger = new Uint8Array(this.#buffer.length * 2);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/** Encodes a request. */
export function encodeRequest(
  { method, path, body }: Pick<Exchange, "method" | "path" | "body">,
  { hostname, port }: { readonly hostname?: string; readonly port: number },
): Uint8Array {
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n`;
  if (body === undefined) return encoder.encode(`${head}\r\n`);
  const text = JSON.stringify(body);
  const { length } = encoder.encode(text);
  return encoder.encode(`${head}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${text}`);
}

/** The head of a response. */
interface Head {
  readonly status: number;
  /** Length in bytes, including the empty line. */
  readonly length: number;
  readonly bodyLength: number;
  /** True if the server closes the connection after it. */
  readonly isLast: boolean;
}

/**
 * Parses the head; returns `undefined` if it is incomplete.
 * @throws {NoAnswerError} if it has no length.
 */
export function parseHead(bytes: Uint8Array): Head | undefined {
  const text = decoder.decode(bytes.subarray(0, 4096));
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end + 2);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const bodyLength = status === 204 ? 0 : Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]);
  if (Number.isNaN(status + bodyLength)) {
    throw new NoAnswerError(`the response has no status or no content-length: ${head.slice(0, 200)}`);
  }
  return { status, length: end + 4, bodyLength, isLast: /\r\nconnection: *close\r\n/i.test(head) };
}
