// Each batch takes what is still missing; the check may stay.
const steps: ((connection: Connection) => Promise<unknown>)[] = [
  (connection) => connection.execute("ALTER TABLE toys ADD COLUMN shouted text"),
  ...Array.from({ length: 10 }, () => (connection: Connection) =>
    connection.execute(
      `UPDATE toys SET shouted = upper(name)
       WHERE id IN (SELECT id FROM toys WHERE shouted IS NULL LIMIT 50)`,
    )),
  (connection) =>
    connection.execute(
      "ALTER TABLE toys ADD CONSTRAINT there CHECK (shouted IS NOT NULL) NOT VALID",
    ),
  (connection) => connection.execute("ALTER TABLE toys VALIDATE CONSTRAINT there"),
  (connection) => connection.execute("ALTER TABLE toys ALTER COLUMN shouted SET NOT NULL"),
];

await check("10.2", () => ({ url: workbook.url, steps }));
