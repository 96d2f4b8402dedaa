/**
 * Separate schemas for checks that create tables, so that they affect nothing of the reader's.
 *
 * @module
 */
import { createEngine, type Engine } from "../../lib/mod.ts";
import { withClient } from "../admin_client.ts";
import { withStartupOption } from "../connection_url.ts";
import { dropSchema } from "../set_up.ts";

/**
 * Runs `work` with an engine whose search path is a new, empty schema `<the notebook's>_check`, dropped at the end,
 * even if an answer has left a transaction open in it.
 *
 * @param url of the notebook.
 */
export async function withCheckSchema<T>(url: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  return await withClient(url, async (client) => {
    const { rows: [{ notebook }] } = await client.query("SELECT current_schema() AS notebook");
    const schema = `${notebook}_check`;
    await dropSchema(client, schema);
    await client.query(`CREATE SCHEMA "${schema}"`);
    try {
      await using engine = createEngine(withStartupOption(url, `-csearch_path=${schema}`), { poolTimeout: 2_000 });
      return await work(engine);
    } finally {
      await dropSchema(client, schema);
    }
  });
}
