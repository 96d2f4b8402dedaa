/**
 * Writes revisions for notebooks that show what migrations do.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { migrate } from "../lib/mod.ts";

/** A change of the schema. */
export type Change = (db: Kysely<unknown>) => Promise<unknown>;

/** What a revision does. */
export interface RevisionChanges {
  readonly up: Change;
  readonly down: Change;
  /** The revision that it follows (default: the only head). */
  readonly head?: string;
  /** False if its statements must not run in a transaction. */
  readonly transactional?: boolean;
}

/**
 * Writes the file of a revision with the functions as they stand in the cell, as one would in an editor. They may use
 * `sql` of Kysely.
 * @param folder the folder of the migrations.
 */
export async function writeRevision(
  folder: string,
  message: string,
  { up, down, head = "head", transactional = true }: RevisionChanges,
): Promise<void> {
  const { path } = await migrate.revision(folder, { message, head, splice: true });
  const file = (await Deno.readTextFile(path!))
    .replace("import type { Kysely }", "import { sql }")
    .replace(/\nexport (async )?function up[^]*/, "");
  const outside = transactional ? "" : "export const transactional = false;\n";
  await Deno.writeTextFile(path!, `${file}${outside}\nexport const up = ${up};\nexport const down = ${down};\n`);
}
