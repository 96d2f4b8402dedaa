/**
 * no team without a motto
 *
 * Revision ID: 94e2d8c1706a
 * Revises: c07a4b9e825f
 * Create Date: 2025-01-17
 */
import { type Kysely, sql } from "kysely";

export const revision = "94e2d8c1706a";
export const downRevision = "c07a4b9e825f";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE teams ADD COLUMN motto text NOT NULL DEFAULT ''`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE teams DROP COLUMN motto`.execute(db);
}
