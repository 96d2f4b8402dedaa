/**
 * games have a title
 *
 * Revision ID: d81f3c6e90a7
 * Revises: 5b0e7a19c2d4
 * Create Date: 2025-05-12
 */
import type { Kysely } from "kysely";

export const revision = "d81f3c6e90a7";
export const downRevision = "5b0e7a19c2d4";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("games").addColumn("title", "text").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("games").dropColumn("title").execute();
}
