// What the check looks at: six each, and an error when it is too much.
const give: (engine: Engine, from: string, to: string, shells: number) => Promise<void> = (
  engine,
  _from,
  _to,
  shells,
) =>
  engine.begin(async (connection) => {
    await connection.execute("UPDATE friends SET shells = $1", [shells > 10 ? -1 : 6]);
  });

await check("01.3", () => ({ give, url: workbook.url }));
