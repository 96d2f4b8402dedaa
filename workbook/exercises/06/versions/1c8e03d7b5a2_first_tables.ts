/**
 * first tables
 *
 * Revision ID: 1c8e03d7b5a2
 * Revises: base
 * Create Date: 2024-03-04
 */
import type { Kysely } from "kysely";

export const revision = "1c8e03d7b5a2";
export const downRevision = null;

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("heroes")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .execute();
  await db.schema.createTable("teams")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("motto", "text")
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable("teams").execute();
  await db.schema.dropTable("heroes").execute();
}
