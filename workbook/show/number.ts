/**
 * Numbers as people read them in charts and tables.
 *
 * @module
 */

/**
 * A number with three significant digits and without an exponent: 0.0123, 1.23, 123, 12,300.
 *
 * @param value any number; what is not finite is returned as its own name
 * @param digits the least number of significant digits (1 to 3): with 2, one fifth is "0.20"
 */
export function formatNumber(value: number, digits = 1): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  return new Intl.NumberFormat("en-US", { minimumSignificantDigits: digits, maximumSignificantDigits: 3 }).format(
    value,
  );
}

/** A count as it is, 12,345; a mean of counts with three significant digits. */
export function formatCount(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : formatNumber(value);
}
