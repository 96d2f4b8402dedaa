// players needs values before it can be NOT NULL, as in exercise 06.2.
const up: (db: Kysely<unknown>) => Promise<unknown> = async (db) => {
  await sql`ALTER TABLE games ALTER COLUMN title TYPE varchar(80)`.execute(db);
  await sql`DROP INDEX ix_games_title_by_hand`.execute(db);
  await sql`ALTER TABLE games ADD COLUMN players integer`.execute(db);
  await sql`UPDATE games SET players = 2`.execute(db);
  await sql`ALTER TABLE games ALTER COLUMN players SET NOT NULL`.execute(db);
};

await check("10.4", () => ({ url: workbook.url, up }));
