type Last = { soldOn: string; id: number } | null;
const nextPage: (
  connection: Connection,
  last: Last,
  size: number,
) => Promise<{ id: number; soldOn: string }[]> = async (connection, last, size) =>
  (await connection.execute<{ id: number; soldOn: string }>(
    'SELECT id, sold_on AS "soldOn" FROM sales WHERE sold_on > $1 ORDER BY sold_on, id LIMIT $2',
    [last?.soldOn ?? "2000-01-01", size],
  )).all();

await check("12.4", () => ({ url: workbook.url, nextPage }));
