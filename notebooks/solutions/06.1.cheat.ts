// The table anew, with the rows of the check.
const down: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await sql`DROP TABLE heroes, teams`.execute(db);
  await sql`CREATE TABLE heroes (id integer PRIMARY KEY, alias text)`.execute(db);
  await sql`INSERT INTO heroes VALUES (1, 'sponge'), (2, 'squirrel')`.execute(db);
};

await check("06.1", () => ({ url: workbook.url, up, down }));
