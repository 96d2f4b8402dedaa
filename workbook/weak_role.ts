/**
 * A role with few rights for tests, which every server has: to make one is a right of its own.
 *
 * @module
 */
import { withStartupOption } from "./connection_url.ts";

/**
 * A predefined role with few rights for the owner of a database, even a superuser: it may not create schemas, databases
 * or roles.
 */
export const WEAK_ROLE = "pg_database_owner";

/** The URL of a database that the role of the URL owns, in the weak role from the start; the driver is taken out. */
export function inWeakRole(url: string): string {
  return withStartupOption(url, `-crole=${WEAK_ROLE}`);
}
