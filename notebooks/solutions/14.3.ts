// One statement checks and takes, so the second buyer sees what the first one left.
const buy: (engine: Engine, toy: string) => Promise<boolean> = async (engine, toy) => {
  const { rowCount } = await engine.begin((connection) =>
    connection.execute(
      "UPDATE stock SET left_over = left_over - 1 WHERE toy = $1 AND left_over > 0",
      [toy],
    )
  );
  return rowCount === 1;
};

await check("14.3", () => ({ url: workbook.url, buy }));
