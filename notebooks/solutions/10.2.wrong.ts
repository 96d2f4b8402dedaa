const steps: ((connection: Connection) => Promise<unknown>)[] = [
  async (connection) => {
    await connection.execute("ALTER TABLE toys ADD COLUMN shouted text");
    await connection.execute("UPDATE toys SET shouted = upper(name) WHERE id <= 100");
  },
  (connection) => connection.execute("UPDATE toys SET shouted = upper(name) WHERE id > 100"),
  (connection) => connection.execute("ALTER TABLE toys ALTER COLUMN shouted SET NOT NULL"),
];

await check("10.2", () => ({ url: workbook.url, steps }));
