/**
 * create users and toys
 *
 * Revision ID: feec670ae66f
 * Revises: 5548cee60752
 * Create Date: 2026-11-24
 */
import { type Kysely, sql } from "kysely";

export const revision = "feec670ae66f";
export const downRevision = "5548cee60752";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("toys")
    .addColumn("id", "uuid", (column) => column.notNull().defaultTo(sql`gen_random_uuid()`))
    .addColumn("name", "varchar(50)", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn("updated_on", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint("pk_toys", ["id"])
    .addUniqueConstraint("uq_toys_name", ["name"])
    .execute();
  await db.schema
    .createTable("users")
    .addColumn("id", "uuid", (column) => column.notNull().defaultTo(sql`gen_random_uuid()`))
    .addColumn("name", "varchar(255)", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn("updated_on", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint("pk_users", ["id"])
    .execute();
  await db.schema
    .createTable("user_toy")
    .addColumn("user_id", "uuid", (column) => column.notNull())
    .addColumn("toy_id", "uuid", (column) => column.notNull())
    .addPrimaryKeyConstraint("pk_user_toy", ["user_id", "toy_id"])
    .addForeignKeyConstraint("fk_user_toy_toy_id_toys", ["toy_id"], "toys", ["id"], (key) => key.onDelete("cascade"))
    .addForeignKeyConstraint(
      "fk_user_toy_user_id_users",
      ["user_id"],
      "users",
      ["id"],
      (key) => key.onDelete("cascade"),
    )
    .execute();
  await db.schema
    .createIndex("ix_user_toy_toy_id")
    .on("user_toy")
    .columns(["toy_id"])
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  // Destroys data: the table with its rows.
  await db.schema.dropTable("user_toy").execute();
  // Destroys data: the table with its rows.
  await db.schema.dropTable("users").execute();
  // Destroys data: the table with its rows.
  await db.schema.dropTable("toys").execute();
}
