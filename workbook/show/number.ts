/**
 * Number formatting for charts and tables.
 *
 * @module
 */

/**
 * Formats a number with three significant digits and no exponent: 0.0123, 1.23, 123, 12,300.
 * @param value any number; non-finite values are returned by name
 * @param digits minimum number of significant digits (1 to 3): with 2, one fifth is "0.20"
 */
export function formatNumber(value: number, digits = 1): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  return new Intl.NumberFormat("en-US", { minimumSignificantDigits: digits, maximumSignificantDigits: 3 }).format(
    value,
  );
}

/** Formats a count such as 12,345; a mean of counts gets three significant digits. */
export function formatCount(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : formatNumber(value);
}
