/**
 * Messages of the server (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 *
 * @module
 */
import type { Cut } from "./cutter.ts";
import { Fields } from "./fields.ts";
import type { Decoded, FieldValue } from "./message.ts";
import { HIDDEN } from "./secrets.ts";

/** Messages without fields that matter here. */
const PLAIN: Readonly<Record<string, string>> = {
  "1": "ParseComplete",
  "2": "BindComplete",
  "3": "CloseComplete",
  "I": "EmptyQueryResponse",
  "n": "NoData",
  "s": "PortalSuspended",
  "c": "CopyDone",
  "G": "CopyInResponse",
  "H": "CopyOutResponse",
  "W": "CopyBothResponse",
};

const AUTHENTICATION: Readonly<Record<number, string>> = {
  0: "Ok",
  2: "KerberosV5",
  3: "CleartextPassword",
  5: "MD5Password",
  7: "GSS",
  8: "GSSContinue",
  9: "SSPI",
  10: "SASL",
  11: "SASLContinue",
  12: "SASLFinal",
};

const STATUS: Readonly<Record<string, string>> = { I: "idle", T: "in transaction", E: "failed transaction" };

/**
 * Decodes a message of the server.
 *
 * @param showValues true to show rows and details instead of their lengths.
 */
export function decodeServer({ type, bytes, body }: Cut, showValues: boolean): Decoded {
  const from = new Fields(body);
  if (PLAIN[type]) return { name: PLAIN[type], fields: {} };
  switch (type) {
    case "R": {
      const method = AUTHENTICATION[from.int32()] ?? "unknown";
      const mechanisms: string[] = [];
      while (method === "SASL" && !from.isOver) mechanisms.push(from.string());
      const offered = mechanisms.filter((name) => name !== "");
      return { name: `Authentication${method}`, fields: offered.length > 0 ? { mechanisms: offered } : {} };
    }
    case "K":
      return { name: "BackendKeyData", fields: { processId: from.int32(), secretKey: HIDDEN } };
    case "S":
      return { name: "ParameterStatus", fields: { [from.string()]: from.string() } };
    case "T":
      return {
        name: "RowDescription",
        fields: {
          columns: from.list(from.int16(), () => {
            const column = from.string();
            from.skip(18);
            return column;
          }),
        },
      };
    case "t":
      return { name: "ParameterDescription", fields: { types: from.list(from.int16(), () => from.int32()) } };
    case "D":
      return { name: "DataRow", fields: { values: values(from, showValues) } };
    case "C":
      return { name: "CommandComplete", fields: { tag: from.string() } };
    case "Z":
      return { name: "ReadyForQuery", fields: { status: STATUS[from.letter()] ?? "unknown" } };
    case "E":
    case "N":
      return { name: type === "E" ? "ErrorResponse" : "NoticeResponse", fields: report(from, showValues) };
    case "A":
      return {
        name: "NotificationResponse",
        fields: { processId: from.int32(), channel: from.string(), ...payload(from, showValues) },
      };
    case "d":
      return { name: "CopyData", fields: { bytes: bytes - 5 } };
    case "v":
      return { name: "NegotiateProtocolVersion", fields: {} };
    default:
      return { name: "unknown", fields: { type } };
  }
}

/** The values of a row. Whether they are text or binary is not said here: bytes that are no text are shown as digits. */
function values(from: Fields, showValues: boolean): FieldValue[] {
  return from.list(from.int16(), () => {
    const length = from.int32();
    if (length < 0) return null;
    if (!showValues) {
      from.skip(length);
      return `${length} B`;
    }
    return from.readable(length);
  });
}

function report(from: Fields, showValues: boolean): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {};
  for (let letter = from.letter(); letter !== "" && letter !== "\0"; letter = from.letter()) {
    const value = from.string();
    if (letter === "V") fields.severity = value;
    if (letter === "C") fields.sqlstate = value;
    if (letter === "M") fields.message = value;
    if (letter === "D") fields.detail = showValues ? value : `${value.length} characters`;
  }
  return fields;
}

function payload(from: Fields, showValues: boolean): Record<string, FieldValue> {
  const text = from.string();
  return { payload: showValues ? text : `${text.length} characters` };
}
