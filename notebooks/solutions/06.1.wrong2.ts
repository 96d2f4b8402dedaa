const down: (db: Kysely<unknown>) => Promise<void> = async (db) => {
  await db.schema.dropTable("teams").execute();
  await db.schema.dropIndex("ix_heroes_team_id").execute();
  await db.schema.alterTable("heroes").dropColumn("team_id").execute();
  await db.schema.alterTable("heroes").renameColumn("name", "alias").execute();
};

await check("06.1", () => ({ url: workbook.url, up, down }));
