/**
 * A role with few rights for tests, present on every server, because creating one requires a privilege.
 *
 * @module
 */
import { withStartupOption } from "../workbook/connection_url.ts";

/**
 * A predefined role with few rights for the owner of a database, even a superuser: it may not create schemas, databases
 * or roles.
 */
export const WEAK_ROLE = "pg_database_owner";

/**
 * Returns the URL with the weak role set from the start, for a database owned by the URL's role; the driver is removed.
 */
export function inWeakRole(url: string): string {
  return withStartupOption(url, `-crole=${WEAK_ROLE}`);
}
