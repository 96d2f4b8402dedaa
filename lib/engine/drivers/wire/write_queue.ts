/**
 * The one writer of a connection: two writes at once would interleave.
 *
 * @module
 */
import { Outgoing } from "./outgoing.ts";
import type { ByteStream } from "./stream.ts";

/** Messages to be sent. What is appended in one turn of the event loop, or while a write lasts, is sent together. */
export class WriteQueue {
  readonly #stream: ByteStream;
  readonly #onError: (error: Error) => void;
  #next = new Outgoing();
  /** The bytes under way, which must not change before they are sent. */
  #current = new Outgoing();
  #isWriting = false;

  /** @param onError called when the stream is broken. */
  constructor(stream: ByteStream, onError: (error: Error) => void) {
    this.#stream = stream;
    this.#onError = onError;
  }

  /** The messages to append to; they are sent at the end of this turn of the event loop. */
  get messages(): Outgoing {
    if (!this.#isWriting) {
      this.#isWriting = true;
      queueMicrotask(() => this.#write());
    }
    return this.#next;
  }

  async #write(): Promise<void> {
    try {
      while (!this.#next.isEmpty) {
        [this.#current, this.#next] = [this.#next, this.#current];
        const { bytes } = this.#current;
        // a stream may accept a part only
        for (let sent = 0; sent < bytes.length;) sent += await this.#stream.write(bytes.subarray(sent));
        this.#current.clear();
      }
      this.#isWriting = false;
    } catch (error) {
      this.#onError(error as Error);
    }
  }
}
