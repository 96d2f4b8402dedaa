/**
 * Loads the hand-made schemas of `testing/schemas/`.
 *
 * @module
 */
import type { Connection } from "../lib/engine/connection.ts";

/** The schemas, one file each. */
export const SHAPES = ["content", "events", "forum", "maps", "medical", "shop", "tenants", "warehouse"] as const;

/** The name of a hand-made schema. */
export type Shape = typeof SHAPES[number];

/** Schema of the extensions, the second of the search path. */
export const EXTENSIONS = "extensions";

/** Search path on which the objects of a shape are found: `shop,extensions`. */
export function searchPathOf(shape: Shape): string {
  return `${shape},${EXTENSIONS}`;
}

/**
 * Creates a schema of this name with the tables of its file, and puts it first on the search path of the transaction.
 * Leaves out the paragraphs that begin with `-- from PostgreSQL 15` on older servers, and those that begin with
 * `-- needs citext` where the role cannot create that extension.
 */
export async function loadShape(connection: Connection, shape: Shape): Promise<void> {
  const text = await Deno.readTextFile(new URL(`schemas/${shape}.sql`, import.meta.url));
  const version = Number((await connection.execute("SHOW server_version_num")).scalarOne<string>());
  await connection.execute(`CREATE SCHEMA ${shape}; CREATE SCHEMA IF NOT EXISTS ${EXTENSIONS}`);
  await connection.execute(`SET LOCAL search_path = ${searchPathOf(shape)}`);
  const refused = new Set<string>();
  for (const paragraph of text.split(/\n{2,}/)) {
    const [, oldest] = /^-- from PostgreSQL (\d+)$/m.exec(paragraph) ?? [];
    const [, extension] = /^-- needs (\w+)$/m.exec(paragraph) ?? [];
    if (oldest !== undefined && version < Number(oldest) * 10_000) continue;
    if (extension !== undefined && !refused.has(extension) && !await canCreate(connection, extension)) {
      refused.add(extension);
    }
    if (extension === undefined || !refused.has(extension)) await connection.execute(paragraph);
  }
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
