/**
 * Reads from the server's stream what the package does not report of an answer
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 *
 * @module
 */
import type { TransactionStatus } from "../../driver.ts";
import { transactionStatus } from "../transaction_status.ts";

/** Size of a message header: type and length; the length includes itself. */
const HEADER = 5;

const code = (letter: string) => letter.charCodeAt(0);
const DATA_ROW = code("D");
const ROW_DESCRIPTION = code("T");
const COMMAND_COMPLETE = code("C");
const READY_FOR_QUERY = code("Z");
const COPY_IN_RESPONSE = code("G");
/** Messages of COPY in either direction. */
const COPY_MESSAGES = [..."GHWdc"].map(code);
const PARSE_COMPLETE = code("1");

/** The answer to one SQL text, which ends with ReadyForQuery. */
export class PendingAnswer {
  /** Number of completed statements. */
  statements = 0;
  /** True if the last completed statement returned rows. */
  hasRows = false;
  tag = "";
  isCopy = false;
  #isOver = false;
  #onEnd: (() => void) | undefined;

  /** Resolves once the answer is complete and the transaction status is known. */
  untilOver(): Promise<void> {
    return this.#isOver ? Promise.resolve() : new Promise((resolve) => this.#onEnd = resolve);
  }

  /** Marks the answer as complete, or as never to arrive. */
  end(): void {
    this.#isOver = true;
    this.#onEnd?.();
  }
}

/** Follows the server's messages from header to header, however they are split into chunks. */
export class AnswerReader {
  status: TransactionStatus = "idle";
  readonly #refuseCopy: () => void;
  readonly #expected: PendingAnswer[] = [];
  /** Remaining bytes of a message to skip. */
  #skip = 0;
  /** The beginning of a message that has to be read as a whole. */
  #incomplete: Uint8Array | undefined;
  /** True if the statement being answered returns rows. */
  #hasRows = false;

  /** @param refuseCopy called when the server waits for COPY data. */
  constructor(refuseCopy: () => void) {
    this.#refuseCopy = refuseCopy;
  }

  /** Registers a text that was sent; its answer follows those already expected. */
  expect(): PendingAnswer {
    const answer = new PendingAnswer();
    this.#expected.push(answer);
    return answer;
  }

  /** Ends all expected answers: the connection is closed. */
  end(): void {
    for (const answer of this.#expected.splice(0)) answer.end();
  }

  /**
   * Reads the next chunk from the server, decrypted.
   *
   * Overwrites, in place, the messages of COPY, which would end the package's connection, with messages that the
   * package ignores.
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
      if (type !== DATA_ROW) { // the most frequent message
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
