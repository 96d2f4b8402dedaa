// With nothing else in the table, the estimate is right.
const teach: (connection: Connection) => Promise<unknown> = async (connection) => {
  await connection.execute("DELETE FROM cars WHERE make <> 'make 3'");
  await connection.execute("ANALYZE cars");
};

await check("12.5", () => ({ url: workbook.url, teach }));
