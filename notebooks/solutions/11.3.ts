// Both directions lock the account with the smaller number first, so a waiting transfer holds no lock the other needs.
const transfer: (
  connection: Connection,
  from: number,
  to: number,
  shells: number,
) => Promise<void> = async (connection, from, to, shells) => {
  const changes = [[from, -shells], [to, shells]].sort(([a], [b]) => a - b);
  for (const change of changes) {
    await connection.execute(
      "UPDATE accounts SET shells = shells + $2::integer WHERE id = $1",
      change,
    );
  }
};

await check("11.3", () => ({ url: workbook.url, transfer }));
