/**
 * seed toys
 *
 * Revision ID: 307443f1bc48
 * Revises: feec670ae66f
 * Create Date: 2026-11-24
 */
import { type Kysely, sql } from "kysely";

export const revision = "307443f1bc48";
export const downRevision = "feec670ae66f";

/** Toys in a new database. */
const NAMES = [
  "boat",
  "car",
  "clarinet",
  "jellyfish net",
  "karate glove",
  "kite",
  "robot",
  "spatula",
  "surfboard",
  "ukulele",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`INSERT INTO toys (name) SELECT unnest(${NAMES}::text[]) ON CONFLICT (name) DO NOTHING`.execute(db);
}

/** Toys owned by a user are kept. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    DELETE FROM toys WHERE name = ANY(${NAMES}::text[]) AND NOT EXISTS (SELECT FROM user_toy WHERE toy_id = toys.id)
  `.execute(db);
}
