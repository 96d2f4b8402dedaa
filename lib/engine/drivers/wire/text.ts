/**
 * Texts in UTF-8.
 *
 * @module
 */

const DECODER = new TextDecoder();
/** Up to this length a loop over ASCII is faster than the decoder's call. */
const SHORT = 32;

/** Decodes a text. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT) return DECODER.decode(bytes.subarray(start, end));
  let text = "";
  for (let at = start; at < end; at++) {
    if (bytes[at] > 127) return DECODER.decode(bytes.subarray(start, end));
    text += String.fromCharCode(bytes[at]);
  }
  return text;
}
