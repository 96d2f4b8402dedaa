const buy: (engine: Engine, toy: string) => Promise<boolean> = async (engine) => {
  await engine.begin((connection) =>
    connection.execute(
      "UPDATE stock SET left_over = left_over - 1 WHERE left_over > 0",
    )
  );
  return true;
};

await check("14.3", () => ({ url: workbook.url, buy }));
