/**
 * Decoders of PostgreSQL's binary format, for the types where it is both exact and faster than text. They return the
 * same values as the decoders of text. `real` is not among them: the binary 0.1 is 0.10000000149011612 as a number.
 *
 * @module
 */
import { exactDate, fromEpoch } from "./instants.ts";
import { COLUMN_TYPES, isOwnType } from "./types.ts";

/** Reads a value from its bytes. */
export type BinaryDecoder = (view: DataView, bytes: Uint8Array, at: number, length: number) => unknown;

/** A type that is read in binary. */
export interface BinaryType {
  /** Number of bytes of each value; missing for types of varying length. */
  readonly size?: number;
  readonly decode: BinaryDecoder;
}

/** The codes of the two hexadecimal digits of each byte. */
const [HIGH, LOW] = [0, 1].map((digit) =>
  Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0").charCodeAt(digit))
);
const DASH = "-".charCodeAt(0);

/** In one call: a text that is joined of parts would have to be flattened before a Map can find it. */
function uuid(_: DataView, b: Uint8Array, at: number): string {
  // deno-fmt-ignore
  return String.fromCharCode(
    HIGH[b[at]], LOW[b[at]], HIGH[b[at + 1]], LOW[b[at + 1]], HIGH[b[at + 2]], LOW[b[at + 2]], HIGH[b[at + 3]], LOW[b[at + 3]], DASH,
    HIGH[b[at + 4]], LOW[b[at + 4]], HIGH[b[at + 5]], LOW[b[at + 5]], DASH, HIGH[b[at + 6]], LOW[b[at + 6]], HIGH[b[at + 7]], LOW[b[at + 7]],
    DASH, HIGH[b[at + 8]], LOW[b[at + 8]], HIGH[b[at + 9]], LOW[b[at + 9]], DASH, HIGH[b[at + 10]], LOW[b[at + 10]], HIGH[b[at + 11]],
    LOW[b[at + 11]], HIGH[b[at + 12]], LOW[b[at + 12]], HIGH[b[at + 13]], LOW[b[at + 13]], HIGH[b[at + 14]], LOW[b[at + 14]], HIGH[b[at + 15]], LOW[b[at + 15]],
  );
}

/** Microseconds from 1970 to 2000, where PostgreSQL's time begins. */
const EPOCH = 946_684_800_000_000;
/** Beyond this high word, microseconds are not exact as a number. */
const EXACT = 2 ** 20;

function timestamptz(view: DataView, _: Uint8Array, at: number): Date | number {
  const high = view.getInt32(at);
  if (Math.abs(high) < EXACT) return fromEpoch(high * 2 ** 32 + view.getUint32(at + 4) + EPOCH);
  const microseconds = view.getBigInt64(at);
  if (microseconds === 2n ** 63n - 1n) return Infinity;
  if (microseconds === -(2n ** 63n)) return -Infinity;
  const sinceEpoch = microseconds + BigInt(EPOCH);
  const rest = ((sinceEpoch % 1000n) + 1000n) % 1000n;
  return exactDate(Number((sinceEpoch - rest) / 1000n), Number(rest));
}

const { smallint, integer, bigint, doublePrecision, boolean, uuid: uuids, timestamptz: instants, bytea } = COLUMN_TYPES;

const BY_OID: ReadonlyMap<number, BinaryType & { readonly name: string }> = new Map([
  [boolean.oid, { name: boolean.name, size: 1, decode: (view, _, at) => view.getInt8(at) !== 0 }],
  [smallint.oid, { name: smallint.name, size: 2, decode: (view, _, at) => view.getInt16(at) }],
  [integer.oid, { name: integer.name, size: 4, decode: (view, _, at) => view.getInt32(at) }],
  [bigint.oid, { name: bigint.name, size: 8, decode: (view, _, at) => view.getBigInt64(at) }],
  [26, { name: "oid", size: 4, decode: (view, _, at) => view.getUint32(at) }],
  [doublePrecision.oid, { name: doublePrecision.name, size: 8, decode: (view, _, at) => view.getFloat64(at) }],
  [uuids.oid, { name: uuids.name, size: 16, decode: uuid }],
  [instants.oid, { name: instants.name, size: 8, decode: timestamptz }],
  [bytea.oid, { name: bytea.name, decode: (_, bytes, at, length) => bytes.slice(at, at + length) }],
] as [number, BinaryType & { readonly name: string }][]);

/** Returns how a type is read in binary; `undefined` if it is read as text, as a type of the program's own is. */
export function binaryType(oid: number): BinaryType | undefined {
  const type = BY_OID.get(oid);
  return type && !isOwnType(type.name) ? type : undefined;
}
