/**
 * C strings: UTF-8, terminated by NUL, in memory that does not move.
 *
 * @module
 */
import { EncodingError } from "../../../values/errors.ts";

const encoder = new TextEncoder();
const FIRST_CAPACITY = 16_384;

/**
 * Converts a text.
 *
 * @throws {EncodingError} if it contains NUL, which would truncate it.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new EncodingError("a C string cannot contain the NUL character (\\0)");
  return encoder.encode(text + "\0");
}

/** Reads the text at an address; an empty one for NULL. */
export function fromC(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/**
 * An array of strings, `const char *const *`, in memory that is reused: the addresses are valid until the next
 * `write()`, while this object lives.
 */
export class CStringArray {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #base = addressOf(this.#bytes);
  #pointers = new BigUint64Array(64);

  /** @param texts without NUL, which the encoding of parameters rejects; `null` becomes NULL. */
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
