const makeIndex: (connection: Connection) => Promise<unknown> = async (connection) => {
  await connection.execute("CREATE INDEX ON deliveries (courier)");
  await connection.execute("CREATE INDEX ON deliveries (delivered_on)");
};

await check("12.2", () => ({ url: workbook.url, makeIndex }));
