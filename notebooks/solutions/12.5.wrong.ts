const teach: (connection: Connection) => Promise<unknown> = (connection) =>
  connection.execute("ANALYZE cars");

await check("12.5", () => ({ url: workbook.url, teach }));
