/**
 * The columns of a result, and how the values of a row are read from its bytes.
 *
 * @module
 */
import { binaryType } from "../../../values/binary.ts";
import type { Reported } from "../../../values/date_styles.ts";
import { decoderFor } from "../../../values/types.ts";
import { type Incoming, ProtocolError } from "./incoming.ts";
import { textAt } from "./text.ts";

/** Reads the value whose bytes begin at a position. */
type ReadValue = (source: Incoming, at: number, length: number) => unknown;

/** The columns of a result in one format each. */
export interface Shape {
  readonly names: readonly string[];
  /** The format of each column to ask for: 0 for text, 1 for binary; empty if all are text. */
  readonly formats: readonly number[];
  readonly readers: readonly ReadValue[];
}

/** No columns: the statement returns no rows. */
export const NO_COLUMNS: Shape = { names: [], formats: [], readers: [] };

/** The columns of a result, in both formats. */
export interface Described {
  /** The columns in text. */
  readonly text: Shape;
  /** The columns in binary where that is read faster, else in text. */
  readonly mixed: Shape;
}

/**
 * Reads a description of columns.
 *
 * @param reported returns settings that the server has reported, on which the text of dates may depend.
 */
export function readDescription(source: Incoming, reported: Reported): Described {
  const names: string[] = [];
  const formats: number[] = [];
  const text: ReadValue[] = [];
  const mixed: ReadValue[] = [];
  for (let count = source.int16(); count > 0; count--) {
    names.push(source.string());
    source.skip(6); // the table and its column
    const oid = source.int32() >>> 0;
    source.skip(8); // size and modifier of the type, and the format
    const decode = decoderFor(oid);
    const asText: ReadValue = (from, at, length) => decode(textAt(from.bytes, at, at + length), reported);
    const binary = binaryType(oid);
    text.push(asText);
    formats.push(binary ? 1 : 0);
    mixed.push(
      binary ? (from, at, length) => binary.decode(from.view, from.bytes, at, checked(length, binary.size)) : asText,
    );
  }
  const allText = { names, formats: [], readers: text };
  return { text: allText, mixed: formats.includes(1) ? { names, formats, readers: mixed } : allText };
}

/** Reads the values of a row. */
export function readRow(source: Incoming, readers: readonly ReadValue[]): unknown[] {
  const count = source.int16();
  if (count !== readers.length) throw new ProtocolError(`a row of ${count} values for ${readers.length} columns`);
  const row = new Array<unknown>(count);
  for (let i = 0; i < count; i++) {
    const length = source.int32();
    const at = source.at;
    if (length === -1) row[i] = null;
    else {
      source.skip(length);
      row[i] = readers[i](source, at, length);
    }
  }
  return row;
}

function checked(length: number, size: number | undefined): number {
  if (size !== undefined && length !== size) throw new ProtocolError(`a value of ${length} bytes, not ${size}`);
  return length;
}
