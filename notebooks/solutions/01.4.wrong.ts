const ask: (engine: Engine, sql: string) => Promise<unknown> = async (engine, sql) => {
  const connection = await engine.connect();
  const result = await connection.execute(sql);
  await connection.close();
  return result.scalar();
};

await check("01.4", () => ({ ask, url: workbook.url }));
