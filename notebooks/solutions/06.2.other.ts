// The default fills the old rows, and then goes.
const addLevel: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await sql`ALTER TABLE heroes ADD COLUMN level integer NOT NULL DEFAULT 1`.execute(db);
  await sql`ALTER TABLE heroes ALTER COLUMN level DROP DEFAULT`.execute(db);
};

await check("06.2", () => ({ url: workbook.url, addLevel }));
