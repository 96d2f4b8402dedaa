// Steps that take a strong lock change no rows; steps that change rows lock only those rows.
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
  (connection) =>
    connection.execute(
      "ALTER TABLE toys ADD CONSTRAINT shouted_there CHECK (shouted IS NOT NULL) NOT VALID",
    ),
  (connection) => connection.execute("ALTER TABLE toys VALIDATE CONSTRAINT shouted_there"),
  async (connection) => {
    await connection.execute("ALTER TABLE toys ALTER COLUMN shouted SET NOT NULL");
    await connection.execute("ALTER TABLE toys DROP CONSTRAINT shouted_there");
  },
];

await check("10.2", () => ({ url: workbook.url, steps }));
