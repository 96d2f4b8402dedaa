// The lock makes the second reader wait, and it then reads what the first has left.
const withdraw: (connection: Connection, id: number, shells: number) => Promise<boolean> =
  async (connection, id, shells) => {
    const locked = "SELECT shells FROM accounts WHERE id = $1 FOR UPDATE";
    const had = (await connection.execute(locked, [id])).scalarOne<number>();
    if (had < shells) return false;
    await connection.execute("UPDATE accounts SET shells = $2 WHERE id = $1", [
      id,
      had - shells,
    ]);
    return true;
  };

await check("11.2", () => ({ url: workbook.url, withdraw }));
