/**
 * How two values are compared, in Kysely's terms and as SQL means it.
 *
 * @module
 */
import {
  type ExpressionOrFactory,
  type ExtractTypeFromReferenceExpression,
  isExpression,
  type OperandValueExpression,
  sql,
} from "kysely";

type ListTest = "in" | "not in";
type NullTest = "is" | "is not";
/** How to compare, as Kysely writes it. */
export type Comparison = "=" | "!=" | "<>" | "<" | "<=" | ">" | ">=" | "like" | "ilike" | ListTest | NullTest;

/** What a column may be compared with: `in` takes a list, `is` takes null or a boolean. */
export type Operand<DB, TB extends keyof DB, Column, Operator> = Operator extends ListTest ?
    | readonly OperandValueExpression<DB, TB, Column>[]
    | ExpressionOrFactory<DB, TB, ExtractTypeFromReferenceExpression<DB, TB, Column>>
  : Operator extends NullTest ? Extract<ExtractTypeFromReferenceExpression<DB, TB, Column>, boolean | null> | null
  : OperandValueExpression<DB, TB, Column>;

const NULL_OPERATORS: Readonly<Record<string, Comparison>> = { "=": "is", "!=": "is not", "<>": "is not" };

/**
 * A comparison as Kysely takes it: null is compared with IS, and a value that is an array is no list of values.
 *
 * @param bind makes of a value what is sent, where the column wants that.
 */
export function comparison(
  left: unknown,
  operator: Comparison,
  value: unknown,
  bind?: (value: unknown) => unknown,
): unknown[] {
  const bound = (each: unknown) =>
    !bind || each === null || typeof each === "function" || isExpression(each) ? each : bind(each);
  if (value === null) return [left, NULL_OPERATORS[operator] ?? operator, null];
  if (operator === "in" || operator === "not in") {
    return [left, operator, Array.isArray(value) ? value.map(bound) : value];
  }
  return [left, operator, Array.isArray(value) ? sql.val(bound(value)) : bound(value)];
}
