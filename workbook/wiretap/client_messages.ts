/**
 * Messages of the client (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 *
 * @module
 */
import type { Cut } from "./cutter.ts";
import { Fields } from "./fields.ts";
import type { Decoded, FieldValue } from "./message.ts";
import { HIDDEN, withoutPasswords } from "./secrets.ts";

/** Codes of requests that stand in the place of the protocol's version. */
const REQUESTS: Readonly<Record<number, string>> = {
  80877102: "CancelRequest",
  80877103: "SSLRequest",
  80877104: "GSSENCRequest",
};

/**
 * Decodes a message of the client.
 *
 * @param showValues true to show parameters instead of their lengths.
 */
export function decodeClient({ type, bytes, body }: Cut, showValues: boolean): Decoded {
  const from = new Fields(body);
  switch (type) {
    case "":
      return startup(from);
    case "Q":
      return { name: "Query", fields: { sql: withoutPasswords(from.string()) } };
    case "P":
      return {
        name: "Parse",
        fields: {
          statement: from.string(),
          sql: withoutPasswords(from.string()),
          parameterTypes: from.list(from.int16(), () => from.int32()),
        },
      };
    case "B":
      return bind(from, showValues);
    case "D":
    case "C": {
      const what = from.letter() === "P" ? "portal" : "statement";
      return { name: type === "D" ? "Describe" : "Close", fields: { [what]: from.string() } };
    }
    case "E":
      return { name: "Execute", fields: { portal: from.string(), rows: from.int32() } };
    case "S":
      return { name: "Sync", fields: {} };
    case "H":
      return { name: "Flush", fields: {} };
    case "X":
      return { name: "Terminate", fields: {} };
    case "p": // a password, or a message of SCRAM, which contains proofs of one
      return { name: "PasswordMessage", fields: { password: HIDDEN } };
    case "d":
      return { name: "CopyData", fields: { bytes: bytes - 5 } };
    case "c":
      return { name: "CopyDone", fields: {} };
    case "f":
      return { name: "CopyFail", fields: { reason: from.string() } };
    case "F":
      return { name: "FunctionCall", fields: {} };
    default:
      return { name: "unknown", fields: { type } };
  }
}

function startup(from: Fields): Decoded {
  const code = from.int32();
  const request = REQUESTS[code];
  if (request === "CancelRequest") return { name: request, fields: { processId: from.int32(), secretKey: HIDDEN } };
  if (request) return { name: request, fields: {} };
  const settings: Record<string, FieldValue> = {};
  while (!from.isOver) {
    const name = from.string();
    if (name !== "") settings[name] = from.string();
  }
  return { name: "StartupMessage", fields: { version: `${code >>> 16}.${code & 0xffff}`, ...settings } };
}

function bind(from: Fields, showValues: boolean): Decoded {
  const portal = from.string();
  const statement = from.string();
  const formats = from.list(from.int16(), () => from.int16());
  let index = 0;
  const parameters = from.list(from.int16(), (): FieldValue => {
    const format = formats.length === 1 ? formats[0] : formats[index] ?? 0;
    index++;
    const length = from.int32();
    if (length < 0) return null;
    if (showValues) return format === 1 ? from.hex(length) : from.text(length);
    from.skip(length);
    return `${length} B`;
  });
  const results = from.list(from.int16(), () => from.int16() === 1 ? "binary" : "text");
  return { name: "Bind", fields: { portal, statement, parameters, results } };
}
