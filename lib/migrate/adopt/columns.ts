/** Writes a column of a model. @module */
import { snakeCase } from "../../base/naming.ts";
import type { ColumnSchema, ForeignKeySchema, KeySchema } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { call, chain, type Code, object } from "./code.ts";
import type { TableParts } from "./table_parts.ts";
import { type Enums, typeCode } from "./types.ts";

/** What its name, and the constraints and indexes of its table, say about a column. */
export interface ColumnFacts extends Pick<TableParts, "unique" | "indexed" | "foreignKeys"> {
  readonly attribute: string;
  readonly isKey: boolean;
}

/** Writes a column: `varchar(50).unique()`. */
export function columnCode(column: ColumnSchema, facts: ColumnFacts, enums: Enums): Code {
  const { name, nullable, comment, default: made } = column;
  const foreignKey = facts.foreignKeys.get(name);
  return chain([
    typeCode(column, enums),
    ...(snakeCase(facts.attribute) === name ? [] : [call("named", text(name))]),
    ...(facts.isKey ? [call("primaryKey")] : []),
    ...(nullable ? [call("nullable")] : []),
    ...(facts.unique.has(name) ? [call("unique")] : []),
    ...(foreignKey ? [references(foreignKey)] : []),
    ...(column.identity && column.type !== "integer" ? [call("serverDefault", "IDENTITY")] : []),
    ...(made === null ? [] : [call("serverDefault", defaultCode(made, column.type))]),
    ...(facts.indexed.has(name) ? [call("index")] : []),
    ...(comment === null ? [] : [call("comment", text(comment))]),
  ]);
}

/** Options of a foreign key that differ from the usual ones. */
export function keyOptions({ onDelete, onUpdate, deferrable }: ForeignKeySchema): [string, Code | undefined][] {
  return [
    ["onDelete", onDelete === "no action" ? undefined : text(onDelete)],
    ["onUpdate", onUpdate === "no action" ? undefined : text(onUpdate)],
    ["deferrable", deferrableCode(deferrable)],
  ];
}

/** When a deferrable constraint is checked; `undefined` if it is not deferrable. */
export function deferrableCode(deferrable: KeySchema["deferrable"]): Code | undefined {
  return typeof deferrable === "string" ? text(deferrable) : deferrable ? "true" : undefined;
}

function references(key: ForeignKeySchema): Code {
  const target = text(`${key.to.name}.${key.referred[0]}`);
  const options = keyOptions(key).filter(([, value]) => value !== undefined);
  return call("references", target, ...(options.length > 0 ? [object(options)] : []));
}

/** Writes a default; leaves out the cast to the type of the column that PostgreSQL adds to a literal. */
function defaultCode(made: string, type: string): Code {
  if (made === "now()") return call("now");
  const literal = /^('(?:[^']|'')*')::(.+)$/.exec(made);
  const isOfColumn = literal !== null && (literal[2] === type.replace(/\(.*\)/, "") || literal[2] === "bpchar");
  if (!isOfColumn) return call("sql", text(made));
  const number = /^'(-\d+(?:\.\d+)?)'$/.exec(literal[1]);
  return call("sql", text(number ? number[1] : literal[1]));
}
