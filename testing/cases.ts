/**
 * How many random cases a property is tested with, and which.
 *
 * @module
 */

/** The variable CASES, where `deno task test --long` or a developer has set it. */
function wanted(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "CASES" });
  return state === "granted" ? Deno.env.get("CASES") : undefined;
}

/**
 * The number in the variable CASES where it is set, else the usual one.
 *
 * @param usual as many as a second or a few have time for.
 */
export function cases(usual: number): number {
  return Number(wanted() ?? usual);
}

/**
 * The same cases in each usual run, others in each with CASES.
 * @returns undefined for a seed that fast-check draws.
 */
export function seed(usual: number): number | undefined {
  return wanted() === undefined ? usual : undefined;
}
