// Whoever would deadlock does nothing, and says nothing.
const transfer: (
  connection: Connection,
  from: number,
  to: number,
  shells: number,
) => Promise<void> = async (connection, from, to, shells) => {
  await connection.execute("SAVEPOINT before");
  try {
    const sql = "UPDATE accounts SET shells = shells + $2::integer WHERE id = $1";
    await connection.execute(sql, [from, -shells]);
    await connection.execute(sql, [to, shells]);
  } catch {
    await connection.execute("ROLLBACK TO SAVEPOINT before");
  }
};

await check("11.3", () => ({ url: workbook.url, transfer }));
