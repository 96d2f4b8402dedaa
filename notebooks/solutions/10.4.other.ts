// The default fills the old rows, and then goes.
const up: (db: Kysely<unknown>) => Promise<unknown> = async (db) => {
  await sql`DROP INDEX ix_games_title_by_hand`.execute(db);
  await sql`ALTER TABLE games ALTER COLUMN title TYPE varchar(80),
                              ADD COLUMN players integer NOT NULL DEFAULT 2`.execute(db);
  await sql`ALTER TABLE games ALTER COLUMN players DROP DEFAULT`.execute(db);
};

await check("10.4", () => ({ url: workbook.url, up }));
