const ask: (engine: Engine, sql: string) => Promise<unknown> = async (engine, sql) => {
  await using connection = await engine.connect();
  return (await connection.execute(sql)).scalar();
};

await check("01.4", () => ({ ask, url: workbook.url }));
