/**
 * one word for one thing
 *
 * Revision ID: c07a4b9e825f
 * Revises: 58d1f6a2c09b
 * Create Date: 2024-11-05
 */
import type { Kysely } from "kysely";

export const revision = "c07a4b9e825f";
export const downRevision = "58d1f6a2c09b";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("heroes").renameColumn("slogan", "motto").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("heroes").renameColumn("motto", "slogan").execute();
}
