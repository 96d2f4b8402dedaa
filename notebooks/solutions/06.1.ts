// Reverse each step, in reverse order. Dropping the column drops its index, and must precede
// dropping the table it refers to.
const down: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await db.schema.alterTable("heroes")
    .alterColumn("name", (column) => column.dropNotNull())
    .execute();
  await db.schema.alterTable("heroes").renameColumn("name", "alias").execute();
  await db.schema.alterTable("heroes").dropColumn("team_id").execute();
  await db.schema.dropTable("teams").execute();
};

await check("06.1", () => ({ url: workbook.url, up, down }));
