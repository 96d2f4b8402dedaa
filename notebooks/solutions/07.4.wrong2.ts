const lapsOf: (connection: Connection, names: string[]) => Promise<number[]> = async (
  connection,
  names,
) => {
  const result = await connection.execute("SELECT laps FROM snails WHERE name = ANY($1)", [
    names,
  ]);
  return result.scalars<number>().all();
};

await check("07.4", () => ({ url: workbook.url, lapsOf }));
