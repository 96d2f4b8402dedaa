/**
 * Types of parameters in casts. An explicit cast to a type with a length cuts longer values off without an error; an
 * assignment to the column reports them.
 *
 * @module
 */

/** The same type without a length, where a value can be too long for it. `bit` and `char` alone are of length 1. */
const UNLIMITED: readonly (readonly [type: RegExp, unlimited: string])[] = [
  [/^(varchar|character varying)\s*\([^)]*\)/i, "varchar"],
  [/^(char|character)(\s*\([^)]*\)|(?![\w ]))/i, "bpchar"],
  [/^(bit varying|varbit|bit)(\s*\([^)]*\)|(?![\w ]))/i, "varbit"],
];

/**
 * Returns the type to which parameters for a column are cast.
 *
 * @param type type of the column, or an array of it
 */
export function parameterType(type: string): string {
  const [pattern, unlimited] = UNLIMITED.find(([pattern]) => pattern.test(type)) ?? [];
  return pattern ? type.replace(pattern, unlimited!) : type;
}
