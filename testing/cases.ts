/**
 * Number and seed of random test cases.
 *
 * @module
 */

/** Returns the variable CASES, set by `deno task test --long` or a developer. */
function wanted(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "CASES" });
  return state === "granted" ? Deno.env.get("CASES") : undefined;
}

/**
 * Returns the variable CASES, otherwise the usual number.
 * @param usual number of cases that run within a few seconds.
 */
export function cases(usual: number): number {
  return Number(wanted() ?? usual);
}

/**
 * Returns a fixed seed for usual runs, and a random one with CASES.
 * @returns undefined if fast-check draws the seed.
 */
export function seed(usual: number): number | undefined {
  return wanted() === undefined ? usual : undefined;
}
