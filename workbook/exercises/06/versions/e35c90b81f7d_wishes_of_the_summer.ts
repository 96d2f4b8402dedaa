/**
 * wishes of the summer
 *
 * Revision ID: e35c90b81f7d
 * Revises: 2b6f8a07d3e5
 * Create Date: 2024-08-14
 */
import type { Kysely } from "kysely";

export const revision = "e35c90b81f7d";
export const downRevision = "2b6f8a07d3e5";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("teams").renameColumn("motto", "slogan").execute();
  await db.schema.alterTable("heroes").addColumn("slogan", "text").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("heroes").dropColumn("slogan").execute();
  await db.schema.alterTable("teams").renameColumn("slogan", "motto").execute();
}
