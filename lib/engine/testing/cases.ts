/** How many random cases a property is tested with. @module */

/**
 * The number in the variable CASES where it is set, as `deno task test --long` does, else the usual one.
 *
 * @param usual as many as a second or a few have time for; those with a fixed seed begin with the same cases.
 */
export function cases(usual: number): number {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "CASES" });
  return state === "granted" ? Number(Deno.env.get("CASES") ?? usual) : usual;
}
