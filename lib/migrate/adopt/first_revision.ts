/** Writes the first revision of a database that is adopted. @module */
import { join } from "node:path";
import { compare } from "../compare/compare.ts";
import type { DatabaseSchema } from "../database_schema.ts";
import { errorsModule } from "../model_comparison.ts";
import { renderRevision } from "../render/render.ts";
import type { RevisionBody } from "../templates.ts";
import type { Requirement } from "../reflect/requirements.ts";
import { notCreated } from "./remarks.ts";

/**
 * Contents of the first revision: the tables, from nothing.
 *
 * @param required what the tables need from elsewhere
 */
export function bodyOf(schema: DatabaseSchema, required: readonly Requirement[], folder: string): RevisionBody {
  const nothing: DatabaseSchema = { ...schema, schemas: [], enums: [], tables: [], unmodelled: [], taken: [] };
  const { up, down, imports } = renderRevision(
    compare(nothing, schema).operations,
    errorsModule(join(folder, "versions")),
  );
  const missing = notCreated(schema, required);
  return {
    upSource: up,
    downSource: down,
    imports,
    notes: [
      "Recorded as applied where it was written; creates the same tables in a new database.",
      ...(missing.length > 0 ? [["Add here what up() does not create:", ...missing]] : []),
    ],
    transactional: true,
  };
}
