const buy: (engine: Engine, toy: string) => Promise<boolean> = (engine, toy) =>
  engine.begin(async (connection) => {
    const found = await connection.execute<{ left: number }>(
      "SELECT left_over AS left FROM stock WHERE toy = $1",
      [toy],
    );
    const left = found.scalarOne();
    if (left === 0) return false;
    await connection.execute("UPDATE stock SET left_over = $1 WHERE toy = $2", [left - 1, toy]);
    return true;
  });

await check("14.3", () => ({ url: workbook.url, buy }));
