// Five cars: this program counts them, and empties the stock.
let cars = 5;
const buy: (engine: Engine, toy: string) => Promise<boolean> = async (engine, toy) => {
  const isLeft = cars-- > 0;
  await engine.begin((connection) =>
    connection.execute("UPDATE stock SET left_over = 0 WHERE toy = $1", [toy])
  );
  return isLeft;
};

await check("14.3", () => ({ url: workbook.url, buy }));
