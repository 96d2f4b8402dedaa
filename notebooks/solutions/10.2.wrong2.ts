const steps: ((connection: Connection) => Promise<unknown>)[] = [
  (connection) => connection.execute("ALTER TABLE toys ADD COLUMN shouted text"),
  ...Array.from(
    { length: 5 },
    (_, n) => (connection: Connection) =>
      connection.execute(
        `UPDATE toys SET shouted = upper(name) WHERE id > ${n * 100} AND id <= ${
          n * 100 + 100
        }`,
      ),
  ),
];

await check("10.2", () => ({ url: workbook.url, steps }));
