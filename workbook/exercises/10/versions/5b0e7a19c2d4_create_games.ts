/**
 * create games
 *
 * Revision ID: 5b0e7a19c2d4
 * Revises: base
 * Create Date: 2025-05-05
 */
import type { Kysely } from "kysely";

export const revision = "5b0e7a19c2d4";
export const downRevision = null;

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("games").addColumn("id", "integer", (column) => column.primaryKey()).execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable("games").execute();
}
