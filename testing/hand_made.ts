/**
 * Loads the hand-made schemas of `testing/schemas/`.
 *
 * @module
 */
import type { Connection } from "../lib/engine/connection.ts";
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import { onSchemas } from "./migrations.ts";

/** The schemas, one file each. */
export const SHAPES = ["content", "events", "forum", "maps", "medical", "shop", "tenants", "warehouse"] as const;

/** The name of a hand-made schema. */
export type Shape = typeof SHAPES[number];

/** Schema of the extensions, the second of the search path. */
const EXTENSIONS = "extensions";

/** Creates the schema of a shape anew, and an engine whose search path begins with it. */
export async function shapeEngine(url: string, shape: Shape): Promise<Engine> {
  const engine = createEngine(onSchemas(url, `${shape}%2C${EXTENSIONS}`));
  await recreateSchema(engine, shape);
  return engine;
}

/**
 * Creates the schema of a shape anew, and drops those of the others. Leaves out the paragraphs of its file that begin with `-- from PostgreSQL 15` on
 * older servers, and those that begin with `-- needs citext` where the role cannot create that extension.
 *
 * @param paragraphs which paragraphs to run (default: all)
 */
export async function recreateSchema(engine: Engine, shape: Shape, paragraphs: RegExp = /^/): Promise<void> {
  const text = await Deno.readTextFile(new URL(`schemas/${shape}.sql`, import.meta.url));
  await engine.begin(async (connection) => {
    await connection.execute(`DROP SCHEMA IF EXISTS ${SHAPES.join(", ")} CASCADE`); // catalogs are read faster
    await connection.execute(`CREATE SCHEMA ${shape}; CREATE SCHEMA IF NOT EXISTS ${EXTENSIONS}`);
    const version = Number((await connection.execute("SHOW server_version_num")).scalarOne<string>());
    const refused = new Set<string>();
    for (const paragraph of text.split(/\n{2,}/).filter((paragraph) => paragraphs.test(paragraph))) {
      const [, oldest] = /^-- from PostgreSQL (\d+)$/m.exec(paragraph) ?? [];
      const [, extension] = /^-- needs (\w+)$/m.exec(paragraph) ?? [];
      if (oldest !== undefined && version < Number(oldest) * 10_000) continue;
      if (extension !== undefined && !refused.has(extension) && !await canCreate(connection, extension)) {
        refused.add(extension);
      }
      if (extension === undefined || !refused.has(extension)) await connection.execute(paragraph);
    }
  });
}

async function canCreate(connection: Connection, extension: string): Promise<boolean> {
  const attempt = await connection.beginNested();
  try {
    await connection.execute(`CREATE EXTENSION IF NOT EXISTS ${extension} SCHEMA ${EXTENSIONS}`);
    await attempt.commit();
    return true;
  } catch {
    await attempt.rollback();
    return false;
  }
}
