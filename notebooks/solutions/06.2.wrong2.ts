const addLevel: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await db.schema.alterTable("heroes").addColumn("level", "integer").execute();
  await sql`UPDATE heroes SET level = 1`.execute(db);
};

await check("06.2", () => ({ url: workbook.url, addLevel }));
