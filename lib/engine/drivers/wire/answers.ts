/**
 * The answers that are awaited, in the order of the statements sent.
 *
 * @module
 */
import type { Answer } from "./answer.ts";

/** A queue; taking from it does not move the others. */
export class Answers {
  #waiting: Answer[] = [];
  #first = 0;

  get length(): number {
    return this.#waiting.length - this.#first;
  }

  /** The answer that the server sends now. */
  get current(): Answer | undefined {
    return this.#waiting[this.#first];
  }

  push(answer: Answer): void {
    this.#waiting.push(answer);
  }

  /** Removes the current answer, which is complete. */
  shift(): Answer | undefined {
    const answer = this.#waiting[this.#first++];
    if (this.#first >= this.#waiting.length) this.#waiting.length = this.#first = 0;
    return answer;
  }

  /** Iterates over those that are awaited. */
  [Symbol.iterator](): Iterator<Answer> {
    return this.#waiting.slice(this.#first)[Symbol.iterator]();
  }
}
