/**
 * Errors and notices as the server reports them
 * (https://www.postgresql.org/docs/current/protocol-error-fields.html).
 *
 * @module
 */
import type { ServerErrorFields } from "../../errors.ts";
import type { Incoming } from "./incoming.ts";

/** The fields that errors of this library have, by their letters. */
const FIELDS: Readonly<Record<string, string>> = {
  V: "severity",
  C: "code",
  M: "message",
  D: "detail",
  H: "hint",
  s: "schema",
  t: "table",
  c: "column",
  n: "constraint",
  R: "routine",
};

/** An error that the server reported, before it is translated. */
export class ServerMessage extends Error {
  /** `ERROR`, `FATAL` or `PANIC`; the connection ends after the latter two. */
  readonly severity!: string;
  /** SQLSTATE. */
  readonly code: string = "";

  constructor(fields: Readonly<Record<string, string>>) {
    super(fields.message);
    Object.assign(this, fields);
  }

  /** The fields of an error of this library. */
  get fields(): ServerErrorFields {
    return { ...this, message: this.message, sqlstate: this.code };
  }
}

/** Reads ErrorResponse or NoticeResponse. */
export function readServerMessage(source: Incoming): ServerMessage {
  const fields: Record<string, string> = {};
  for (let letter = source.byte(); letter !== 0; letter = source.byte()) {
    const value = source.string();
    const name = FIELDS[String.fromCharCode(letter)];
    if (name) fields[name] = value;
  }
  return new ServerMessage(fields);
}
