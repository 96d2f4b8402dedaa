const transfer: (
  connection: Connection,
  from: number,
  to: number,
  shells: number,
) => Promise<void> = async (connection, from, to, shells) => {
  for (const id of [from, to]) {
    await connection.execute("SELECT id FROM accounts WHERE id = $1 FOR UPDATE", [id]);
  }
  for (const change of [[from, -shells], [to, shells]]) {
    await connection.execute(
      "UPDATE accounts SET shells = shells + $2::integer WHERE id = $1",
      change,
    );
  }
};

await check("11.3", () => ({ url: workbook.url, transfer }));
