// All statements are sent before the first response is awaited.
const lapsOf: (connection: Connection, names: string[]) => Promise<number[]> = async (
  connection,
  names,
) => {
  const results = await Promise.all(
    names.map((name) => connection.execute("SELECT laps FROM snails WHERE name = $1", [name])),
  );
  return results.map((result) => result.scalarOne<number>());
};

await check("07.4", () => ({ url: workbook.url, lapsOf }));
