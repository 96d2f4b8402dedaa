// With both conditions in one index, the scan reads only the few rows that satisfy both.
const makeIndex: (connection: Connection) => Promise<unknown> = (connection) =>
  connection.execute("CREATE INDEX ON deliveries (courier, delivered_on)");

await check("12.2", () => ({ url: workbook.url, makeIndex }));
