// Fill the column before setting NOT NULL. Notebook 10 shows the effect of these locks on
// other sessions when the table is large.
const addLevel: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await db.schema.alterTable("heroes").addColumn("level", "integer").execute();
  await sql`UPDATE heroes SET level = 1`.execute(db);
  await db.schema.alterTable("heroes")
    .alterColumn("level", (column) => column.setNotNull())
    .execute();
};

await check("06.2", () => ({ url: workbook.url, addLevel }));
