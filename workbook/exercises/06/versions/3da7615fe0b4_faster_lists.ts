/**
 * faster lists
 *
 * Revision ID: 3da7615fe0b4
 * Revises: 94e2d8c1706a
 * Create Date: 2025-02-03
 */
import type { Kysely } from "kysely";

export const revision = "3da7615fe0b4";
export const downRevision = "94e2d8c1706a";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex("ix_heroes_motto").on("heroes").column("motto").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex("ix_heroes_motto").execute();
}
