// The second hero is the one that is not active.
const status: {
  up(db: Kysely<unknown>): Promise<void>;
  down(db: Kysely<unknown>): Promise<void>;
} = {
  async up(db) {
    await sql`ALTER TABLE heroes DROP COLUMN active`.execute(db);
    await sql`ALTER TABLE heroes ADD COLUMN status text NOT NULL DEFAULT 'active'`.execute(db);
    await sql`UPDATE heroes SET status = 'retired' WHERE id = 2`.execute(db);
    await sql`ALTER TABLE heroes ALTER COLUMN status DROP DEFAULT`.execute(db);
  },
  async down(db) {
    await sql`ALTER TABLE heroes DROP COLUMN status`.execute(db);
    await sql`ALTER TABLE heroes ADD COLUMN active boolean NOT NULL DEFAULT true`.execute(db);
    await sql`UPDATE heroes SET active = false WHERE id = 2`.execute(db);
    await sql`ALTER TABLE heroes ALTER COLUMN active DROP DEFAULT`.execute(db);
  },
};

await check("06.4", () => ({ url: workbook.url, status }));
