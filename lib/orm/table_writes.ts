/**
 * Which tables a statement writes: from Kysely's nodes, or from the words of SQL. Nothing here talks to a database.
 *
 * @module
 */
import * as kysely from "kysely";
import { sqlTokens } from "../base/sql_tokens.ts";
import type { Table } from "../schema/table.ts";

/** A write to a table, or to tables that are not known. */
export interface TableWrite {
  readonly kind: "insert" | "update" | "delete" | "merge" | "any";
  readonly schema?: string | undefined;
  /** Undefined if any table may be written. */
  readonly table?: string | undefined;
  /** The columns that an UPDATE sets, if they are known. */
  readonly columns?: ReadonlySet<string> | undefined;
}

/** A statement that writes, as a node of Kysely. */
export type WriteNode = kysely.InsertQueryNode | kysely.UpdateQueryNode | kysely.DeleteQueryNode;

/** Reports whether a write is to a table. */
export function isWritten(table: Table, write: TableWrite): boolean {
  if (write.table === undefined) return true;
  return table.name === write.table &&
    (write.schema === undefined || table.schema === undefined || write.schema === table.schema);
}

/** Reports whether a statement is an INSERT, UPDATE or DELETE of Kysely. */
export function isWriteNode(query: unknown): query is WriteNode {
  const node = query as kysely.OperationNode;
  return [kysely.InsertQueryNode, kysely.UpdateQueryNode, kysely.DeleteQueryNode].some((kind) =>
    node !== undefined && kind.is(node)
  );
}

/** Returns the writes of a statement; the one that it is comes last. */
export function writesOf(sql: string, node: unknown): TableWrite[] {
  const root = node as kysely.OperationNode | undefined;
  return root && root.kind !== "RawNode" ? [...writesIn(root)] : [...writesInText(sql)];
}

/** Returns the table that a node writes, as a node: with an alias, if it has one. */
export function targetOf(node: kysely.OperationNode): kysely.OperationNode | undefined {
  if (kysely.InsertQueryNode.is(node)) return node.into;
  if (kysely.UpdateQueryNode.is(node)) return node.table;
  if (kysely.DeleteQueryNode.is(node)) return node.from.froms[0];
  return node.kind === "MergeQueryNode" ? (node as kysely.MergeQueryNode).into : undefined;
}

const KINDS: Readonly<Partial<Record<kysely.OperationNode["kind"], TableWrite["kind"]>>> = {
  InsertQueryNode: "insert",
  UpdateQueryNode: "update",
  DeleteQueryNode: "delete",
  MergeQueryNode: "merge",
};

function* writesIn(node: kysely.OperationNode): Generator<TableWrite> {
  const { with: ctes } = node as { with?: kysely.WithNode };
  for (const { expression } of ctes?.expressions ?? []) yield* writesIn(expression);
  if (kysely.RawNode.is(node)) yield* writesInText(node.sqlFragments.join(" "));
  const kind = KINDS[node.kind];
  if (!kind || "explain" in node && node.explain) return;
  const target = targetOf(node);
  const table = target && kysely.AliasNode.is(target) ? target.node : target;
  if (!table || !kysely.TableNode.is(table)) return yield { kind: "any" };
  const { schema, identifier } = table.table;
  const updates = kysely.UpdateQueryNode.is(node) ? node.updates?.map(({ column }) => nameOf(column)) : undefined;
  yield { kind, schema: schema?.name, table: identifier.name, columns: updates && new Set(updates) };
}

function nameOf(node: kysely.OperationNode): string {
  const column = kysely.ReferenceNode.is(node) ? node.column : node;
  return kysely.ColumnNode.is(column) ? column.column.name : "";
}

/** Without one of these words, wherever it stands, SQL writes nothing that it says. */
const WRITES = /insert|update|delete|merge|truncate|call|do/i;

/** The words of each statement that names a table, and the kind of the write. */
const VERBS: Readonly<Record<string, { readonly next?: string; readonly kind: TableWrite["kind"] }>> = {
  INSERT: { next: "INTO", kind: "insert" },
  UPDATE: { kind: "update" },
  DELETE: { next: "FROM", kind: "delete" },
  MERGE: { next: "INTO", kind: "merge" },
};

/** Reads the writes from the words of SQL. What a function or a trigger writes is not told. */
function* writesInText(sql: string): Generator<TableWrite> {
  if (!WRITES.test(sql)) return;
  const tokens = [...sqlTokens(sql)].filter(({ type, text }) => type !== "comment" && text.trim() !== "");
  const word = (index: number) => tokens[index]?.type === "word" ? tokens[index].text.toUpperCase() : undefined;
  for (let at = 0; at < tokens.length; at++) {
    const isFirst = at === 0 || tokens[at - 1].text === ";";
    if (isFirst && ["TRUNCATE", "CALL", "DO"].includes(word(at)!)) yield { kind: "any" };
    const verb = VERBS[word(at) ?? ""];
    const isLock = word(at) === "UPDATE" && ["FOR", "KEY", "DO", "THEN"].includes(word(at - 1) ?? "");
    if (!verb || isLock || verb.next !== undefined && word(at + 1) !== verb.next) continue;
    let next = at + (verb.next === undefined ? 1 : 2);
    if (word(next) === "ONLY") next++;
    const hasSchema = tokens[next + 1]?.text === ".";
    const [schema, table] = hasSchema ? [tokens[next], tokens[next + 2]] : [undefined, tokens[next]];
    yield { kind: verb.kind, schema: schema && identifier(schema.text), table: table && identifier(table.text) };
  }
}

/** Returns a name as the server stores it. */
function identifier(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}
