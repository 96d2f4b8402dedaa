/**
 * Removes the leftovers of a notebook run: its schemas and project folder.
 *
 * @module
 */
import { withClient } from "../admin_client.ts";
import { join } from "node:path";
import { databaseUrl } from "../database_url.ts";
import { PROJECTS } from "../project.ts";

/** Drops the schemas created under a run's number (WORKBOOK_RUN), after the kernels have exited. */
export async function dropRunSchemas(run: string): Promise<void> {
  await withClient(await databaseUrl(), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'notebook\\_%' AND nspname LIKE $1",
      [`%\\_${run}`],
    );
    for (const { name } of rows) {
      await client.query(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
      await Deno.remove(join(PROJECTS, name), { recursive: true }).catch(() => {}); // most notebooks have none
    }
  });
}
