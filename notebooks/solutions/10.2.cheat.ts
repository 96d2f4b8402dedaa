// No UPDATE at all: a generated column, for which the server writes every row anew.
const steps: ((connection: Connection) => Promise<unknown>)[] = [
  (connection) =>
    connection.execute(
      "ALTER TABLE toys ADD COLUMN shouted text NOT NULL GENERATED ALWAYS AS (upper(name)) STORED",
    ),
];

await check("10.2", () => ({ url: workbook.url, steps }));
