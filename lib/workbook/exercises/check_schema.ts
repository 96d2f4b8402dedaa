/** For checks that make tables: a schema beside the notebook's, so that they disturb nothing of the reader's. @module */
import { createEngine, type Engine } from "../../mod.ts";
import { withStartupOption } from "../connection_url.ts";

/**
 * Runs `work` with an engine whose search path is an empty schema of its own, `<the notebook's>_check`, dropped at the end.
 *
 * @param url of the notebook.
 */
export async function withCheckSchema<T>(url: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  await using admin = createEngine(url, { isolationLevel: "AUTOCOMMIT" });
  const ask = async (sql: string) => {
    await using connection = await admin.connect();
    return await connection.execute(sql);
  };
  const schema = `${(await ask("SELECT current_schema()")).scalar()}_check`;
  await ask(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await ask(`CREATE SCHEMA "${schema}"`);
  try {
    await using engine = createEngine(withStartupOption(url, `-csearch_path=${schema}`), { poolTimeout: 2_000 });
    return await work(engine);
  } finally {
    await ask(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  }
}
