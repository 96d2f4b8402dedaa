/** Parses statements that create or drop indexes with CONCURRENTLY, and looks up these indexes. @module */
import type { Connection } from "../engine/connection.ts";
import type { LimitOptions } from "../engine/limit.ts";
import { UnnamedIndexError } from "./errors.ts";
import { withoutComments } from "./sql_text.ts";

/** CREATE INDEX CONCURRENTLY or DROP INDEX CONCURRENTLY. */
export interface IndexStatement {
  readonly type: "create" | "drop";
  /** Name as in the statement, quoted or not. */
  readonly name: string;
  /** Table of the new index, which is in the same schema. */
  readonly table?: string;
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\w$\u0080-\uffff]+)`;
const QUALIFIED = String.raw`${NAME}(?:\s*\.\s*${NAME})?`;

const CREATE = new RegExp(
  String.raw`^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(${NAME})\s+ON\s+` +
    String.raw`(?:ONLY\s+)?(${QUALIFIED})`,
  "i",
);
const UNNAMED = /^\s*CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+ON\s/i;
const DROP = new RegExp(
  String.raw`^\s*DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF\s+EXISTS\s+)?(${QUALIFIED})\s*(?:CASCADE|RESTRICT)?\s*;?\s*$`,
  "i",
);

/**
 * Parses a statement.
 *
 * @returns `undefined` unless it creates or drops an index with CONCURRENTLY
 * @throws {UnnamedIndexError} when it creates an index without a name
 */
export function indexStatement(sql: string): IndexStatement | undefined {
  const text = withoutComments(sql);
  if (UNNAMED.test(text)) throw new UnnamedIndexError();
  const create = CREATE.exec(text);
  if (create) return { type: "create", name: create[1], table: create[2] };
  const drop = DROP.exec(text);
  if (drop) return { type: "drop", name: drop[1] };
}

/** Looks up the index of a statement: its quoted name, and whether it is valid. */
export async function findIndex(
  connection: Connection,
  { name, table }: IndexStatement,
  limits?: LimitOptions,
): Promise<{ name: string; valid: boolean } | undefined> {
  const condition = table === undefined
    ? "i.indexrelid = to_regclass($1)"
    : "c.relname = (parse_ident($1))[1] AND i.indrelid = to_regclass($2)";
  const answer = await connection.execute<{ name: string; valid: boolean }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, i.indisvalid AS valid
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${condition}`,
    table === undefined ? [name] : [name, table],
    limits,
  );
  return answer.first() ?? undefined;
}

/** Returns the quoted names of all INVALID indexes. */
export async function invalidIndexes(connection: Connection, limits?: LimitOptions): Promise<string[]> {
  const answer = await connection.execute<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) COLLATE "C" AS name
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY 1`,
    [],
    limits,
  );
  return answer.scalars().all();
}
