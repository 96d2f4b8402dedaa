/**
 * Compiles Kysely's queries to SQL, with the names used in the database.
 *
 * @module
 */
import * as kysely from "kysely";
import { snakeCase } from "../../base/naming.ts";
import type { Compilable } from "./compilable.ts";
import { type Joins, type QueryScope, withJoins } from "./with_joins.ts";

/** SQL and parameters. */
export type Compiled = ReturnType<Compilable["compile"]>;

const compiler = new kysely.PostgresQueryCompiler();

/**
 * Compiles a query; in a query for the rows of a table, renames the columns to those of that table.
 *
 * @param joins relations to join to these rows.
 */
export function compile(query: kysely.OperationNodeSource, scope?: QueryScope, joins?: Joins): Compiled {
  const node = query.toOperationNode() as kysely.RootOperationNode;
  const named = scope ? namingOf(scope).transformNode(node) : node;
  const whole = scope && (joins?.joined || joins?.columns.length)
    ? withJoins(named as kysely.SelectQueryNode, scope.table, joins)
    : named;
  return compiler.compileQuery(whole, kysely.createQueryId());
}

/** Compiles a node as it is. */
export function compileNode(node: kysely.RootOperationNode): Compiled {
  return compiler.compileQuery(node, kysely.createQueryId());
}

class Naming extends kysely.OperationNodeTransformer {
  constructor(readonly scope: QueryScope) {
    super();
  }

  protected override transformIdentifier(node: kysely.IdentifierNode): kysely.IdentifierNode {
    return { ...node, name: snakeCase(node.name) };
  }

  /** Qualifies a column without a table as the model's own, except in subqueries, which have tables of their own. */
  protected override transformReference(node: kysely.ReferenceNode): kysely.ReferenceNode {
    const { table, column, ...reference } = super.transformReference(node);
    const { table: own } = this.scope;
    const word = node.table?.table.identifier.name;
    const isOutside = this.nodeStack.filter(kysely.SelectQueryNode.is).length === 1;
    const owner = word !== undefined ? this.scope.tableCalled(word) : isOutside ? own : undefined;
    const attribute = kysely.ColumnNode.is(node.column) ? node.column.column.name : undefined;
    const found = owner?.columns.find((column) => column.attribute === attribute) ??
      owner?.columns.find(({ name }) => name === attribute);
    if (!found) return { ...reference, column, table };
    return {
      ...reference,
      column: kysely.ColumnNode.create(found.name),
      table: table ?? kysely.TableNode.create(own.name),
    };
  }

  /** Calls a table as the database does. */
  protected override transformTable(node: kysely.TableNode): kysely.TableNode {
    const { schema, identifier: { name: word } } = node.table;
    const isAlias = this.nodeStack.at(-2)?.kind === "ReferenceNode" && word !== this.scope.table.word;
    const known = isAlias ? undefined : this.scope.tableNamed(word);
    if (!known) return super.transformTable(node);
    return schema ? kysely.TableNode.createWithSchema(schema.name, known.name) : kysely.TableNode.create(known.name);
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

const NAMINGS = new WeakMap<QueryScope, Naming>();

/** Returns the naming of a scope, cached because it takes longer to create than to use. */
function namingOf(scope: QueryScope): Naming {
  const naming = NAMINGS.get(scope) ?? new Naming(scope);
  NAMINGS.set(scope, naming);
  return naming;
}
