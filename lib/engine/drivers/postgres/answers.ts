/**
 * What the package does not tell of an answer, read off the stream as it comes from the server
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 *
 * @module
 */
import type { TransactionStatus } from "../../driver.ts";
import { transactionStatus } from "../transaction_status.ts";

/** Bytes before the body of a message: its type and its length, which counts itself. */
const HEADER = 5;

const code = (letter: string) => letter.charCodeAt(0);
const DATA_ROW = code("D");
const ROW_DESCRIPTION = code("T");
const COMMAND_COMPLETE = code("C");
const READY_FOR_QUERY = code("Z");
const COPY_IN_RESPONSE = code("G");
/** The response to a COPY in either direction, and what follows it. */
const COPY_MESSAGES = [..."GHWdc"].map(code);
const PARSE_COMPLETE = code("1");

/** The answer to one text, which ends when the server is ready for the next one. */
export class PendingAnswer {
  /** Statements of the text that were completed. */
  statements = 0;
  /** Of the last of several: whether it has rows, and its command tag. */
  hasRows = false;
  tag = "";
  isCopy = false;
  #isOver = false;
  #onEnd: (() => void) | undefined;

  /** Resolves when it is over, and the status of the transaction behind it is known. */
  untilOver(): Promise<void> {
    return this.#isOver ? Promise.resolve() : new Promise((resolve) => this.#onEnd = resolve);
  }

  /** To be called when it is over, or will never be. */
  end(): void {
    this.#isOver = true;
    this.#onEnd?.();
  }
}

/** Follows the messages of a server from header to header, wherever the chunks are cut. */
export class AnswerReader {
  status: TransactionStatus = "idle";
  readonly #refuseCopy: () => void;
  readonly #expected: PendingAnswer[] = [];
  /** Bytes of a message that are to be passed over. */
  #skip = 0;
  /** The beginning of a message that has to be seen as a whole. */
  #incomplete: Uint8Array | undefined;
  /** The statement that is being answered has rows. */
  #hasRows = false;

  /** @param refuseCopy called when the server waits for rows to copy. */
  constructor(refuseCopy: () => void) {
    this.#refuseCopy = refuseCopy;
  }

  /** A text was sent: the answer that comes behind those that are expected already. */
  expect(): PendingAnswer {
    const answer = new PendingAnswer();
    this.#expected.push(answer);
    return answer;
  }

  /** Nothing comes any more. */
  end(): void {
    for (const answer of this.#expected.splice(0)) answer.end();
  }

  /**
   * Reads what came next from the server, in clear.
   *
   * The package is not to see what belongs to COPY, which would end its connection: this makes messages of it, in place,
   * that mean nothing there.
   */
  read(chunk: Uint8Array): void {
    const before = this.#incomplete?.length ?? 0;
    const bytes = this.#incomplete ? concat(this.#incomplete, chunk) : chunk;
    this.#incomplete = undefined;
    let at = this.#skip;
    while (at < bytes.length) {
      const hasHeader = at + HEADER <= bytes.length;
      const type = bytes[at];
      const next = hasHeader ? at + 1 + lengthAt(bytes, at + 1) : Infinity;
      if (type !== DATA_ROW) { // of which there may be very many
        if (COPY_MESSAGES.includes(type)) {
          this.#noteCopy(type);
          bytes[at] = chunk[at - before] = PARSE_COMPLETE;
        }
        if (type === ROW_DESCRIPTION) this.#hasRows = true;
        if (next > bytes.length && (type === COMMAND_COMPLETE || type === READY_FOR_QUERY)) {
          this.#incomplete = bytes.slice(at);
          break;
        }
        if (type === COMMAND_COMPLETE) this.#complete(bytes.subarray(at + HEADER, next - 1));
        if (type === READY_FOR_QUERY) this.#ready(String.fromCharCode(bytes[at + HEADER]));
      }
      if (!hasHeader) {
        this.#incomplete = bytes.slice(at);
        break;
      }
      at = next;
    }
    this.#skip = this.#incomplete ? 0 : at - bytes.length;
  }

  #noteCopy(type: number): void {
    if (this.#expected.length > 0) this.#expected[0].isCopy = true;
    if (type === COPY_IN_RESPONSE) this.#refuseCopy();
  }

  #complete(tag: Uint8Array): void {
    if (this.#expected.length > 0) {
      const answer = this.#expected[0];
      answer.hasRows = this.#hasRows;
      if (++answer.statements > 1) answer.tag = new TextDecoder().decode(tag);
    }
    this.#hasRows = false;
  }

  #ready(letter: string): void {
    this.status = transactionStatus(letter);
    this.#hasRows = false;
    this.#expected.shift()?.end();
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}

function concat(one: Uint8Array, two: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + two.length);
  bytes.set(one);
  bytes.set(two, one.length);
  return bytes;
}
