/**
 * Joins that bring the rows of relations along with those of a SELECT, which themselves stay the same and in order.
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

/** What a query joins to the rows of a table, as SQL. */
export interface Joins {
  /** The columns of what is joined. */
  readonly columns: readonly string[];
  /** The joins, each with a space before it. */
  readonly joined: string;
  /** By what the rows are sorted where the query leaves it open, if they come several times; else they do not. */
  readonly order: readonly string[] | undefined;
}

/** What must be known of a table. */
export interface NamedTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string }[];
}

const raw = (sql: string) => RawNode.createWithSql(sql);
const selection = (node: OperationNode) => SelectionNode.create(node as ReferenceNode);

/** The SELECT with joins. One that takes a part of its rows becomes a subquery where these would be multiplied. */
export function withJoins(query: SelectQueryNode, table: NamedTable, { columns, joined, order: more }: Joins) {
  const isPart = query.limit ?? query.offset ?? query.frontModifiers; // LIMIT, OFFSET, DISTINCT
  const select = isPart && more ? nested(query, table) : query;
  const own = select.orderBy?.items ?? [];
  const further = (more ?? []).filter((by) => !own.some((item) => nameOf(item) === by.replaceAll('"', "")));
  const order = [...own, ...further.map((by) => OrderByItemNode.create(raw(by)))];
  return {
    ...select,
    selections: [...select.selections!, selection(raw(columns.join(", ")))],
    joins: [...select.joins ?? [], raw(joined.trim()) as OperationNode as JoinNode],
    orderBy: order.length > 0 ? OrderByNode.create(order) : undefined,
  };
}

/** `table.column`, where rows are sorted by a column. */
function nameOf({ orderBy: by }: OrderByItemNode): string | undefined {
  const column = ReferenceNode.is(by) && ColumnNode.is(by.column) ? by.column.column.name : undefined;
  return column && `${(by as ReferenceNode).table?.table.identifier.name}.${column}`;
}

/** The query as a subquery that has the name of its table: so its order can be said again outside. */
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
