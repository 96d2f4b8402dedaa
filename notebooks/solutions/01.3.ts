const give: (engine: Engine, from: string, to: string, shells: number) => Promise<void> = (
  engine,
  from,
  to,
  shells,
) =>
  engine.begin(async (connection) => {
    await connection.execute(
      "UPDATE friends SET shells = shells - $1 WHERE name = $2",
      [shells, from],
    );
    await connection.execute(
      "UPDATE friends SET shells = shells + $1 WHERE name = $2",
      [shells, to],
    );
  });

await check("01.3", () => ({ give, url: workbook.url }));
