// Each buyer locks the row before looking at it.
const buy: (engine: Engine, toy: string) => Promise<boolean> = async (engine, toy) => {
  await using connection = await engine.connect();
  const locked = "SELECT left_over FROM stock WHERE toy = $1 FOR UPDATE";
  const left = (await connection.execute(locked, [toy])).scalarOne<number>();
  if (left > 0) {
    await connection.execute("UPDATE stock SET left_over = $2 WHERE toy = $1", [toy, left - 1]);
  }
  await connection.commit();
  return left > 0;
};

await check("14.3", () => ({ url: workbook.url, buy }));
