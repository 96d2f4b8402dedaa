/**
 * teams have heroes
 *
 * Revision ID: 58d1f6a2c09b
 * Revises: e35c90b81f7d
 * Create Date: 2024-09-30
 */
import type { Kysely } from "kysely";

export const revision = "58d1f6a2c09b";
export const downRevision = "e35c90b81f7d";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("heroes")
    .addColumn("team_id", "integer", (column) => column.references("teams.id"))
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("heroes").dropColumn("team_id").execute();
}
