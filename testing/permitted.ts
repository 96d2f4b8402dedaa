/**
 * Tests that need a permission, which a plain `deno test` does not have.
 *
 * @module
 */

/** Returns whether this process has permissions. */
export function isPermitted(...names: readonly Deno.PermissionName[]): boolean {
  return names.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

/** Registers a test; without the permissions it is ignored, with the reason in its name. */
export function permittedTest(
  needed: Deno.PermissionName | readonly Deno.PermissionName[],
  name: string,
  fn: () => Promise<void>,
): void {
  const isAllowed = isPermitted(...[needed].flat());
  Deno.test({ name: isAllowed ? name : `${name} [needs permission: deno test -P lib]`, ignore: !isAllowed, fn });
}
