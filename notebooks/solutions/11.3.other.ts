// Both rows are locked first, in the order of their ids.
const transfer: (
  connection: Connection,
  from: number,
  to: number,
  shells: number,
) => Promise<void> = async (connection, from, to, shells) => {
  await connection.execute(
    "SELECT FROM accounts WHERE id IN ($1, $2) ORDER BY id FOR UPDATE",
    [from, to],
  );
  const sql = "UPDATE accounts SET shells = shells + $2::integer WHERE id = $1";
  await connection.execute(sql, [from, -shells]);
  await connection.execute(sql, [to, shells]);
};

await check("11.3", () => ({ url: workbook.url, transfer }));
