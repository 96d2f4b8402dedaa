const withdraw: (connection: Connection, id: number, shells: number) => Promise<boolean> =
  async (
    connection,
    id,
    shells,
  ) => {
    const found = await connection.execute("SELECT shells FROM accounts WHERE id = $1", [id]);
    const left = found.scalarOne<number>() - shells;
    if (left < 0) return false;
    await connection.execute("UPDATE accounts SET shells = $2 WHERE id = $1", [id, left]);
    return true;
  };

await check("11.2", () => ({ url: workbook.url, withdraw }));
