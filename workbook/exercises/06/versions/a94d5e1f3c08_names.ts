/**
 * names
 *
 * Revision ID: a94d5e1f3c08
 * Revises: 7f20b9c4e611
 * Create Date: 2024-05-02
 */
import type { Kysely } from "kysely";

export const revision = "a94d5e1f3c08";
export const downRevision = "7f20b9c4e611";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex("ix_heroes_name").on("heroes").column("name").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex("ix_heroes_name").execute();
}
