// The table anew, with the heroes of the check.
const addLevel: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await sql`DROP TABLE heroes`.execute(db);
  await sql`CREATE TABLE heroes (id integer PRIMARY KEY, name text NOT NULL, level integer NOT NULL)`
    .execute(db);
  await sql`INSERT INTO heroes VALUES (1, 'spongebob', 1), (2, 'sandy', 1), (3, 'patrick', 1)`
    .execute(db);
};

await check("06.2", () => ({ url: workbook.url, addLevel }));
