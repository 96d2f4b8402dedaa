/**
 * Encoding of a contestant's results for transport to the process that checks them.
 *
 * @module
 */

/** Marks times, whose type JSON would lose. */
export function marked(value: unknown): unknown {
  if (value instanceof Date) return { time: value.toISOString() };
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  // attributes may be accessors of the object's class
  const names = new Set(Object.keys(value));
  for (const name of ["id", "name", "points", "createdAt"]) if (name in value) names.add(name);
  return Object.fromEntries([...names].map((name) => [name, marked((value as Record<string, unknown>)[name])]));
}
