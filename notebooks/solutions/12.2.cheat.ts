// Few pages are read where there are few.
const makeIndex: (connection: Connection) => Promise<unknown> = async (connection) => {
  await connection.execute("DELETE FROM deliveries WHERE delivered_on IS NOT NULL");
  await connection.execute("VACUUM FULL ANALYZE deliveries");
  await connection.execute("CREATE INDEX ON deliveries (id)");
};

await check("12.2", () => ({ url: workbook.url, makeIndex }));
