/**
 * A RETURNING added to a bulk statement, out of its caller's sight, to refresh the objects of a session. Nothing here
 * talks to a database.
 *
 * @module
 */
import * as kysely from "kysely";
import { quote } from "../base/quote.ts";
import { compileNode } from "../engine/kysely/compiler.ts";
import { Result } from "../engine/result.ts";
import { readCast, type Table } from "../schema/table.ts";
import { sentColumns } from "./column_value.ts";
import { isGiven } from "./selects.ts";
import { targetOf, type WriteNode } from "./table_writes.ts";

/** A statement that returns rows, and how they are taken from its result. */
export interface Returning {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Splits the result into that for the caller and the rows of the table. */
  read<Row>(answer: Result<Row>): { readonly result: Result<Row>; readonly rows: unknown[][] };
}

/**
 * Adds the columns of a table to what a statement returns. If it returned nothing, only rows with one of the keys are
 * returned, however many were written.
 *
 * @param keys the primary keys of the objects of the table in the session.
 */
export function withReturning(node: WriteNode, table: Table, keys: readonly unknown[][]): Returning {
  const target = targetOf(node)!;
  const isAliased = kysely.AliasNode.is(target) && kysely.IdentifierNode.is(target.alias);
  const alias = quote(isAliased ? (target.alias as kysely.IdentifierNode).name : table.name);
  const list = table.columns.map((column) => {
    const name = quote(column.name);
    return `${alias}.${name}${readCast(column)} as ${name}`;
  });
  const added = kysely.SelectionNode.create(kysely.RawNode.createWithSql(list.join(", ")) as never);
  const own = node.returning?.selections ?? [];
  const { sql, parameters } = compileNode({ ...node, returning: kysely.ReturningNode.create([...own, added]) });
  if (own.length > 0) return { sql, parameters, read: (answer) => split(answer, table.columns.length) };
  const names = table.primaryKey.map(({ name }) => `written.${quote(name)}`);
  return {
    sql: `with written as (${sql}) select counted.count, written.* ` +
      "from (select count(*)::float8 as count from written) as counted " +
      `left join written on ${isGiven(names, table.primaryKey, parameters.length)}`,
    parameters: [...parameters, ...sentColumns(table.primaryKey, keys)],
    read: (answer) => counted(answer, table, kysely.InsertQueryNode.is(node) ? "INSERT" : commandOf(node)),
  };
}

function commandOf(node: WriteNode): string {
  return kysely.UpdateQueryNode.is(node) ? "UPDATE" : "DELETE";
}

function split<Row>(answer: Result<Row>, width: number): ReturnType<Returning["read"]> & { result: Result<Row> } {
  const { rowCount, command } = answer;
  const tuples = answer.tuples().all();
  const own = answer.columns.length - width;
  const raw = {
    columns: answer.columns.slice(0, own),
    rows: tuples.map((row) => row.slice(0, own)),
    rowCount,
    command,
  };
  return { result: new Result<Row>(raw), rows: tuples.map((row) => row.slice(own)) };
}

function counted<Row>(answer: Result<Row>, { keyIndexes: [key] }: Table, command: string) {
  const tuples = answer.tuples().all();
  const rows = tuples.map(([_, ...row]) => row).filter((row) => row[key] !== null);
  const [[rowCount]] = tuples as [[number]];
  return { result: new Result<Row>({ columns: [], rows: [], rowCount, command }), rows };
}
