/**
 * version of toys
 *
 * Revision ID: cec9acd683eb
 * Revises: 307443f1bc48
 * Create Date: 2026-11-30
 */
import { type Kysely, sql } from "kysely";

export const revision = "cec9acd683eb";
export const downRevision = "307443f1bc48";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("toys")
    .addColumn("version", "integer", (column) => column.notNull().defaultTo(sql`1`))
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  // Destroys data: the values of the column.
  await db.schema.alterTable("toys").dropColumn("version").execute();
}
