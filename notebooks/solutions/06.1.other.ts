const down: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await sql`ALTER TABLE heroes ALTER COLUMN name DROP NOT NULL`.execute(db);
  await sql`ALTER TABLE heroes RENAME COLUMN name TO alias`.execute(db);
  await sql`DROP INDEX ix_heroes_team_id`.execute(db);
  await sql`ALTER TABLE heroes DROP COLUMN team_id`.execute(db);
  await sql`DROP TABLE teams`.execute(db);
};

await check("06.1", () => ({ url: workbook.url, up, down }));
