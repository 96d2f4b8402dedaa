const give: (engine: Engine, from: string, to: string, shells: number) => Promise<void> =
  async (
    engine,
    from,
    to,
    shells,
  ) => {
    try {
      await engine.begin(async (connection) => {
        const sql = "UPDATE friends SET shells = shells + $1 WHERE name = $2";
        await connection.execute(sql, [-shells, from]);
        await connection.execute(sql, [shells, to]);
      });
    } catch {
      console.log("too much");
    }
  };

await check("01.3", () => ({ give, url: workbook.url }));
