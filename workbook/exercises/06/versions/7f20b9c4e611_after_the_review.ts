/**
 * after the review
 *
 * Revision ID: 7f20b9c4e611
 * Revises: 1c8e03d7b5a2
 * Create Date: 2024-03-11
 */
import { type Kysely, sql } from "kysely";

export const revision = "7f20b9c4e611";
export const downRevision = "1c8e03d7b5a2";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE heroes ADD COLUMN motto varchar(40), ADD COLUMN born date`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE heroes DROP COLUMN born, DROP COLUMN motto`.execute(db);
}
