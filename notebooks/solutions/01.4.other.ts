const ask: (engine: Engine, sql: string) => Promise<unknown> = async (engine, sql) => {
  const connection = await engine.connect();
  try {
    return (await connection.execute(sql)).scalar();
  } finally {
    await connection.close();
  }
};

await check("01.4", () => ({ ask, url: workbook.url }));
