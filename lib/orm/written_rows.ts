/**
 * Whether the rows that a statement returned are rows that it wrote: the server says so, by its command tag and its
 * plan.
 *
 * @module
 */
import type { OperationNode } from "kysely";
import type { Compiled } from "../engine/kysely/compiler.ts";
import type { Table } from "../schema/table.ts";
import { isWritten, writesOf } from "./table_writes.ts";

/** A node of a plan, as far as it is read. */
interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly Schema?: string;
  readonly Plans?: readonly PlanNode[];
}

const WRITES = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/**
 * Reports whether a statement wrote rows of a table. The tag of `WITH … UPDATE … SELECT` is SELECT: its plan tells. What
 * a function writes is not told.
 *
 * @param command the command tag of the answer.
 */
export function* hasWritten({ sql, parameters, query }: Compiled, command: string, table: Table): Generator<
  { sql: string; parameters: readonly unknown[] },
  boolean,
  unknown[][]
> {
  if (WRITES.has(command)) return true;
  // without one of these words, wherever it stands, there is nothing to ask for
  if (command !== "SELECT" || !/\b(insert|update|delete|merge)\b/i.test(sql)) return false;
  if (query && (query as OperationNode).kind !== "RawNode") {
    return writesOf(sql, query).some((write) => isWritten(table, write)); // the nodes of Kysely tell
  }
  // EXPLAIN of several statements would explain the first one and execute the others
  if (parameters.length === 0 && /;\s*\S/.test(sql)) return true;
  const [[explained]] = yield { sql: `EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) ${sql}`, parameters };
  const [{ Plan }] = explained as [{ Plan: PlanNode }];
  return writesTo(table, Plan);
}

function writesTo(table: Table, node: PlanNode): boolean {
  const { "Relation Name": name, Schema: schema, Plans: inner = [] } = node;
  const isWritten = node["Node Type"] === "ModifyTable" && name === table.name && schema === (table.schema ?? schema);
  return isWritten || inner.some((each) => writesTo(table, each));
}
