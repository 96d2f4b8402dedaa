/**
 * games have players
 *
 * Revision ID: 27c9e4b0f563
 * Revises: 5b0e7a19c2d4
 * Create Date: 2025-05-13
 */
import type { Kysely } from "kysely";

export const revision = "27c9e4b0f563";
export const downRevision = "5b0e7a19c2d4";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("games").addColumn("players", "integer").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("games").dropColumn("players").execute();
}
