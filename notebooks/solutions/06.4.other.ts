// One statement each way: the type changes, and USING says how.
const status: {
  up(db: Kysely<unknown>): Promise<void>;
  down(db: Kysely<unknown>): Promise<void>;
} = {
  async up(db) {
    await sql`ALTER TABLE heroes ALTER COLUMN active TYPE text
      USING CASE WHEN active THEN 'active' ELSE 'retired' END`.execute(db);
    await sql`ALTER TABLE heroes RENAME COLUMN active TO status`.execute(db);
  },
  async down(db) {
    await sql`ALTER TABLE heroes ALTER COLUMN status TYPE boolean USING status = 'active'`
      .execute(db);
    await sql`ALTER TABLE heroes RENAME COLUMN status TO active`.execute(db);
  },
};

await check("06.4", () => ({ url: workbook.url, status }));
