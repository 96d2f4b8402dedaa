/**
 * Understands one connection from the pieces of its two streams.
 *
 * @module
 */
import { decodeClient } from "./client_messages.ts";
import { Cutter } from "./cutter.ts";
import type { Decoded, Message, Speaker } from "./message.ts";
import { decodeServer } from "./server_messages.ts";

/** Options of a tap. */
export interface ListenOptions {
  /** True to show parameters, rows and details, instead of their lengths. */
  readonly values?: boolean;
}

/** Listens to one connection. */
export class Listener {
  readonly #connection: number;
  readonly #options: ListenOptions;
  readonly #cutters = { client: new Cutter(true), server: new Cutter(false) };
  readonly #pieces = { client: 0, server: 0 };

  /** @param connection its number, from 1. */
  constructor(connection: number, options: ListenOptions = {}) {
    this.#connection = connection;
    this.#options = options;
  }

  /**
   * Takes in a piece of a stream.
   *
   * @param at milliseconds since the conversation began.
   * @returns the messages that it completes.
   */
  hear(from: Speaker, piece: Uint8Array, at: number): Message[] {
    const cutter = this.#cutters[from];
    const number = ++this.#pieces[from];
    const messages: Message[] = [];
    const wasOpaque = cutter.isOpaque;
    for (const cut of cutter.push(piece)) {
      const decode = from === "client" ? decodeClient : decodeServer;
      const decoded = decode(cut, this.#options.values ?? false);
      if (isEncryptionRequest(decoded)) cutter.restart();
      messages.push({ connection: this.#connection, at, from, ...decoded, bytes: cut.bytes, piece: number });
    }
    if (cutter.isOpaque && !wasOpaque) {
      const fields = { problem: "what follows does not keep to the protocol" };
      messages.push({ connection: this.#connection, at, from, name: "unknown", fields, bytes: 0, piece: number });
    }
    return messages;
  }
}

/** Reports whether a client asks for encryption, which a tap refuses. */
export function isEncryptionRequest({ name }: Decoded): boolean {
  return name === "SSLRequest" || name === "GSSENCRequest";
}
