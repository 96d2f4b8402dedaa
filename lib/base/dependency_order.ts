/**
 * Topological order: each item follows its dependencies. Used for tables (DDL) and for their rows (flush).
 *
 * @module
 */

/** `from` depends on `to`. */
export interface Dependency<T> {
  readonly from: T;
  readonly to: T;
}

/**
 * Sorts items by a depth-first search so that dependencies come first; otherwise keeps the given order. Dependencies
 * that would close a cycle are ignored and returned as `closing`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { order, closing } = dependencyOrder(["toys", "users"], [{ from: "toys", to: "users" }]);
 * assertEquals(order, ["users", "toys"]);
 * assertEquals(closing, []);
 * ```
 */
export function dependencyOrder<T, D extends Dependency<T>>(
  items: readonly T[],
  dependencies: readonly D[],
): { order: T[]; closing: D[] } {
  const order: T[] = [];
  const closing: D[] = [];
  const visited = new Map<T, "under way" | "done">();
  const visit = (item: T): void => {
    visited.set(item, "under way");
    for (const dependency of dependencies) {
      if (dependency.from !== item) continue;
      if (visited.get(dependency.to) === "under way") closing.push(dependency);
      else if (!visited.has(dependency.to)) visit(dependency.to);
    }
    visited.set(item, "done");
    order.push(item);
  };
  for (const item of items) if (!visited.has(item)) visit(item);
  return { order, closing };
}
