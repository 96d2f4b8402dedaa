const give: (engine: Engine, from: string, to: string, shells: number) => Promise<void> =
  async (
    engine,
    from,
    to,
    shells,
  ) => {
    await engine.begin((connection) =>
      connection.execute("UPDATE friends SET shells = shells + $1 WHERE name = $2", [
        shells,
        to,
      ])
    );
    await engine.begin((connection) =>
      connection.execute("UPDATE friends SET shells = shells - $1 WHERE name = $2", [
        shells,
        from,
      ])
    );
  };

await check("01.3", () => ({ give, url: workbook.url }));
