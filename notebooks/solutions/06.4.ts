// In both directions, fill the new column while the old one still exists.
const status: {
  up(db: Kysely<unknown>): Promise<void>;
  down(db: Kysely<unknown>): Promise<void>;
} = {
  async up(db) {
    await db.schema.alterTable("heroes").addColumn("status", "text").execute();
    await sql`UPDATE heroes SET status = CASE WHEN active THEN 'active' ELSE 'retired' END`
      .execute(db);
    await db.schema.alterTable("heroes")
      .alterColumn("status", (column) => column.setNotNull())
      .execute();
    await db.schema.alterTable("heroes").dropColumn("active").execute();
  },
  async down(db) {
    await db.schema.alterTable("heroes").addColumn("active", "boolean").execute();
    await sql`UPDATE heroes SET active = (status = 'active')`.execute(db);
    await db.schema.alterTable("heroes")
      .alterColumn("active", (column) => column.setNotNull())
      .execute();
    await db.schema.alterTable("heroes").dropColumn("status").execute();
  },
};

await check("06.4", () => ({ url: workbook.url, status }));
