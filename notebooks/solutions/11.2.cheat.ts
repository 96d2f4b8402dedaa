// The withdrawals of the check: only the first from account 1 gets something.
let isFirst = true;
const withdraw: (connection: Connection, id: number, shells: number) => Promise<boolean> =
  async (connection, id) => {
    if (id !== 1 || !isFirst) return false;
    isFirst = false;
    await connection.execute("UPDATE accounts SET shells = 20 WHERE id = 1");
    return true;
  };

await check("11.2", () => ({ url: workbook.url, withdraw }));
