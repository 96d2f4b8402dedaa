/**
 * Texts in the form in which C takes them: UTF-8, ended by a NUL, in memory that does not move.
 *
 * @module
 */
import { EncodingError } from "../../../values/errors.ts";

const encoder = new TextEncoder();
const FIRST_CAPACITY = 16_384;

/**
 * One text.
 *
 * @throws {EncodingError} when it contains a NUL, at which C would cut it off.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new EncodingError("C ends a text at a NUL character (\\0), and this one contains one");
  return encoder.encode(text + "\0");
}

/** The text at an address; an empty one for NULL. */
export function fromC(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/**
 * An array of texts, `const char *const *`, written into the same memory again and again: the addresses hold until the
 * next `write()`, as long as this object lives.
 */
export class CStringArray {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #base = addressOf(this.#bytes);
  #pointers = new BigUint64Array(64);

  /** @param texts without NUL characters, which the encoding of parameters has refused; `null` becomes NULL. */
  write(texts: readonly (string | null)[]): BigUint64Array<ArrayBuffer> {
    this.#reserve(texts);
    let end = 0;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i];
      if (text === null) this.#pointers[i] = 0n;
      else {
        this.#pointers[i] = this.#base + BigInt(end);
        end += encoder.encodeInto(text, this.#bytes.subarray(end)).written;
        this.#bytes[end++] = 0;
      }
    }
    return this.#pointers;
  }

  #reserve(texts: readonly (string | null)[]): void {
    let most = 0; // a UTF-16 unit takes at most three bytes
    for (const text of texts) most += 3 * (text?.length ?? 0) + 1;
    if (most > this.#bytes.length) {
      this.#bytes = new Uint8Array(most);
      this.#base = addressOf(this.#bytes);
    }
    if (texts.length > this.#pointers.length) this.#pointers = new BigUint64Array(texts.length);
  }
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}
