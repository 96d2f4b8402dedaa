const addLevel: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await db.schema.alterTable("heroes")
    .addColumn("level", "integer", (column) => column.notNull().defaultTo(1))
    .execute();
};

await check("06.2", () => ({ url: workbook.url, addLevel }));
