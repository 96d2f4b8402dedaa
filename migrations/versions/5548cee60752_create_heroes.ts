/**
 * create heroes
 *
 * Revision ID: 5548cee60752
 * Revises: base
 * Create Date: 2026-11-22
 */
import { type Kysely, sql } from "kysely";

export const revision = "5548cee60752";
export const downRevision = null;

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("heroes")
    .addColumn("id", "uuid", (column) => column.notNull().defaultTo(sql`gen_random_uuid()`))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("app_src", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn("updated_on", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint("pk_heroes", ["id"])
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable("heroes").execute();
}
