/**
 * tidy up
 *
 * Revision ID: 2b6f8a07d3e5
 * Revises: a94d5e1f3c08
 * Create Date: 2024-06-20
 */
import type { Kysely } from "kysely";

export const revision = "2b6f8a07d3e5";
export const downRevision = "a94d5e1f3c08";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("heroes").dropColumn("motto").dropColumn("born").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("heroes").addColumn("motto", "varchar(40)").addColumn("born", "date").execute();
}
