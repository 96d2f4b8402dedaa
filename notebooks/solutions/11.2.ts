// One statement checks and takes; the second one waits for the first, then checks what is left.
const withdraw: (connection: Connection, id: number, shells: number) => Promise<boolean> =
  async (
    connection,
    id,
    shells,
  ) => {
    const { rowCount } = await connection.execute(
      "UPDATE accounts SET shells = shells - $2::integer WHERE id = $1 AND shells >= $2::integer",
      [id, shells],
    );
    return rowCount === 1;
  };

await check("11.2", () => ({ url: workbook.url, withdraw }));
