/**
 * Comparisons in Kysely's terms, with SQL's meaning.
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

/** The operators that compare with a list. */
export type ListTest = "in" | "not in";
/** The operators that compare with NULL. */
export type NullTest = "is" | "is not";
/** Comparison operators, as Kysely writes them. */
export type Comparison = "=" | "!=" | "<>" | "<" | "<=" | ">" | ">=" | "like" | "ilike" | ListTest | NullTest;

/** The right operand of a comparison with a column: `in` takes a list, `is` takes null or a boolean. */
export type Operand<DB, TB extends keyof DB, Column, Operator> = Operator extends ListTest ?
    | readonly OperandValueExpression<DB, TB, Column>[]
    | ExpressionOrFactory<DB, TB, ExtractTypeFromReferenceExpression<DB, TB, Column>>
  : Operator extends NullTest ? Extract<ExtractTypeFromReferenceExpression<DB, TB, Column>, boolean | null> | null
  : OperandValueExpression<DB, TB, Column>;

/** The same without expressions, for a message. */
export type PlainOperand<Value, Operator> = Operator extends ListTest ? readonly Value[]
  : Operator extends NullTest ? Extract<Value, boolean | null> | null
  : Value;

const NULL_OPERATORS: Readonly<Record<string, Comparison>> = { "=": "is", "!=": "is not", "<>": "is not" };

/**
 * Returns a comparison as Kysely takes it: null is compared with IS, and an array as a value is not a list of values.
 *
 * @param bind converts a value for the column, if required.
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
