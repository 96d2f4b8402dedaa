const withdraw: (connection: Connection, id: number, shells: number) => Promise<boolean> =
  async (
    connection,
    id,
    shells,
  ) => {
    const { rowCount } = await connection.execute(
      "UPDATE accounts SET shells = shells - $2::integer WHERE id = $1",
      [id, shells],
    );
    return rowCount === 1;
  };

await check("11.2", () => ({ url: workbook.url, withdraw }));
