/**
 * Adds joins that load related rows to a SELECT, without changing its own rows or their order.
 *
 * @module
 */
import {
  AliasNode,
  ColumnNode,
  IdentifierNode,
  type JoinNode,
  type OperationNode,
  OrderByItemNode,
  OrderByNode,
  RawNode,
  ReferenceNode,
  SelectionNode,
  SelectQueryNode,
  TableNode,
} from "kysely";

/** Joins added to a query, as SQL. */
export interface Joins {
  /** The columns of the joined tables. */
  readonly columns: readonly string[];
  /** The joins, each preceded by a space. */
  readonly joined: string;
  /** Sort keys to add where the query leaves the order open, if the joins repeat its rows; otherwise undefined. */
  readonly order: readonly string[] | undefined;
}

/** Names of a table and its columns, in the database and in the program. */
export interface NamedTable {
  readonly name: string;
  readonly word: string;
  readonly columns: readonly { readonly name: string; readonly attribute: string }[];
}

/** The tables that a query for rows of a table may use. */
export interface QueryScope {
  readonly table: NamedTable;
  /** Returns the table to which a column belongs: `table` by its word, others by the name of the relation. */
  tableCalled(name: string): NamedTable | undefined;
  /** Returns the table in FROM or JOIN, by its word. */
  tableNamed(word: string): NamedTable | undefined;
}

const raw = (sql: string) => RawNode.createWithSql(sql);
const selection = (node: OperationNode) => SelectionNode.create(node as ReferenceNode);

/** Adds joins to a SELECT. With LIMIT, OFFSET or DISTINCT it becomes a subquery if the joins would repeat its rows. */
export function withJoins(query: SelectQueryNode, table: NamedTable, { columns, joined, order: more }: Joins) {
  const isLimited = query.limit ?? query.offset ?? query.frontModifiers;
  const select = isLimited && more ? nested(query, table) : query;
  const own = select.orderBy?.items ?? [];
  const further = (more ?? []).filter((by) => !own.some((item) => nameOf(item) === by.replaceAll('"', "")));
  const order = [...own, ...further.map((by) => OrderByItemNode.create(raw(by)))];
  return {
    ...select,
    selections: [...select.selections!, ...columns.map((column) => selection(raw(column)))],
    joins: [...select.joins ?? [], ...(joined ? [raw(joined.trim()) as OperationNode as JoinNode] : [])],
    orderBy: order.length > 0 ? OrderByNode.create(order) : undefined,
  };
}

/** Returns `table.column` for a sort key that is a column. */
function nameOf({ orderBy: by }: OrderByItemNode): string | undefined {
  const column = ReferenceNode.is(by) && ColumnNode.is(by.column) ? by.column.column.name : undefined;
  return column && `${(by as ReferenceNode).table?.table.identifier.name}.${column}`;
}

/** Turns the query into a subquery with the name of its table, so that its order can be repeated outside. */
function nested(query: SelectQueryNode, { name, columns }: NamedTable): SelectQueryNode {
  const own = (column: string) => ReferenceNode.create(ColumnNode.create(column), TableNode.create(name));
  const handedOut: SelectionNode[] = [];
  const order = (query.orderBy?.items ?? []).map((item) => {
    if (ReferenceNode.is(item.orderBy) && item.orderBy.table?.table.identifier.name === name) return item;
    const as = `order_${handedOut.length + 1}`; // a column of a joined table
    handedOut.push(selection(AliasNode.create(item.orderBy, IdentifierNode.create(as))));
    return { ...item, orderBy: own(as) };
  });
  const inner = { ...query, selections: [...query.selections!, ...handedOut] };
  return {
    ...SelectQueryNode.createFrom([AliasNode.create(inner, IdentifierNode.create(name))]),
    selections: columns.map((column) => selection(own(column.name))),
    orderBy: order.length > 0 ? OrderByNode.create(order) : undefined,
  };
}
