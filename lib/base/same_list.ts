/** Whether two lists have the same items in the same order. Texts that are joined first may lie: `a,b` and `a`, `b`. */
export function isSameList<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
