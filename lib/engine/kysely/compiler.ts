/**
 * Compiles Kysely's queries to SQL, with the names used in the database.
 *
 * @module
 */
import * as kysely from "kysely";
import { snakeCase } from "../../base/naming.ts";
import type { Compilable } from "./compilable.ts";
import { type Joins, type NamedTable, withJoins } from "./with_joins.ts";

/** SQL and parameters. */
export type Compiled = ReturnType<Compilable["compile"]>;

const compiler = new kysely.PostgresQueryCompiler();

/**
 * Compiles a query; in a query for the rows of a table, renames the columns to those of that table.
 *
 * @param joins relations to join to these rows.
 */
export function compile(query: kysely.OperationNodeSource, table?: NamedTable, joins?: Joins): Compiled {
  const node = query.toOperationNode() as kysely.RootOperationNode;
  const named = table ? namingOf(table).transformNode(node) : node;
  const whole = table && joins?.joined ? withJoins(named as kysely.SelectQueryNode, table, joins) : named;
  return compiler.compileQuery(whole, kysely.createQueryId());
}

class Naming extends kysely.OperationNodeTransformer {
  constructor(readonly table: NamedTable) {
    super();
  }

  protected override transformIdentifier(node: kysely.IdentifierNode): kysely.IdentifierNode {
    return { ...node, name: snakeCase(node.name) };
  }

  /** Qualifies a column without a table as the model's own, except in subqueries, which have tables of their own. */
  protected override transformReference(node: kysely.ReferenceNode): kysely.ReferenceNode {
    const { table, column, ...reference } = super.transformReference(node);
    const isOwn = kysely.ColumnNode.is(column) && this.table.columns.some(({ name }) => name === column.column.name) &&
      this.nodeStack.filter(kysely.SelectQueryNode.is).length === 1;
    return { ...reference, column, table: table ?? (isOwn ? kysely.TableNode.create(this.table.name) : undefined) };
  }

  /** Makes a comparison with an empty list false, as in SQLAlchemy: SQL has no empty list. */
  protected override transformBinaryOperation(node: kysely.BinaryOperationNode): kysely.BinaryOperationNode {
    const { rightOperand: list } = node;
    const isEmptyList = kysely.PrimitiveValueListNode.is(list) && list.values.length === 0;
    return isEmptyList
      ? kysely.replaceWithNoncontingentExpression(node as never)
      : super.transformBinaryOperation(node);
  }
}

const NAMINGS = new WeakMap<NamedTable, Naming>();

/** Returns the naming of a table, cached because it takes longer to create than to use. */
function namingOf(table: NamedTable): Naming {
  const naming = NAMINGS.get(table) ?? new Naming(table);
  NAMINGS.set(table, naming);
  return naming;
}
