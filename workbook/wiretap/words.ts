/**
 * A line of a conversation in words.
 *
 * @module
 */
import type { Line } from "./transcript.ts";
import type { FieldValue, Message } from "./message.ts";

/** Describes a message: its name, and what it says. */
export function describe(line: Line): { name: string; says: string } {
  const name = line.count > 1 ? `${line.name} × ${line.count}` : line.name;
  return { name, says: says(line) };
}

function says(line: Line): string {
  const { name, fields, count } = line;
  switch (name) {
    case "StartupMessage":
      return `protocol ${fields.version}, ${pairs(fields, ["user", "database", "application_name"])}`;
    case "Query":
      return oneLine(fields.sql);
    case "Parse":
      return `${statement(line)}: ${oneLine(fields.sql)}`;
    case "Bind": {
      const binary = list(fields.results).filter((format) => format === "binary").length;
      const parameters = list(fields.parameters);
      return `${statement(line)}${line.statement?.isPreparedBefore ? ", prepared before" : ""}` +
        (parameters.length === 0 ? "" : `: ${shown(parameters)}`) +
        (binary > 0 ? `; ${binary} column${binary > 1 ? "s" : ""} in binary` : "");
    }
    case "Describe":
    case "Close":
      return fields.portal === undefined ? statement(line) : "portal";
    case "Execute":
      return fields.rows ? `at most ${fields.rows} rows` : "";
    case "RowDescription":
      return list(fields.columns).join(", ");
    case "DataRow":
      return count > 1 ? `the first: ${shown(list(fields.values))}` : shown(list(fields.values));
    case "CommandComplete":
      return String(fields.tag);
    case "ReadyForQuery":
      return String(fields.status);
    case "ErrorResponse":
    case "NoticeResponse":
      return `${fields.sqlstate}: ${fields.message}`;
    case "ParameterStatus":
      return count > 1 ? "settings" : pairs(fields, Object.keys(fields));
    case "BackendKeyData":
    case "CancelRequest":
      return `process ${fields.processId}`;
    case "AuthenticationSASL":
      return list(fields.mechanisms).join(", ");
    case "NotificationResponse":
      return `channel ${fields.channel}`;
    case "CopyFail":
      return String(fields.reason);
    case "unknown":
      return String(fields.problem ?? fields.type ?? "");
    default:
      return "";
  }
}

function statement(line: Line): string {
  return line.statement?.name ?? "unnamed";
}

function shown(values: readonly FieldValue[]): string {
  return `(${values.map((value) => value === null ? "NULL" : oneLine(value)).join(", ")})`;
}

function list(value: FieldValue | undefined): readonly FieldValue[] {
  return Array.isArray(value) ? value : [];
}

function pairs(fields: Message["fields"], names: readonly string[]): string {
  return names.filter((name) => fields[name] !== undefined).map((name) => `${name} ${fields[name]}`).join(", ");
}

function oneLine(value: FieldValue | undefined): string {
  return String(value).replace(/\s+/g, " ").trim();
}
