// One statement for all pages: nothing was sold before -infinity.
type Last = { soldOn: string; id: number } | null;
const nextPage: (
  connection: Connection,
  last: Last,
  size: number,
) => Promise<{ id: number; soldOn: string }[]> = async (connection, last, size) => {
  const result = await connection.execute<{ id: number; soldOn: string }>(
    `SELECT id, sold_on AS "soldOn" FROM sales WHERE ROW(sold_on, id) > ROW($1::date, $2::integer)
     ORDER BY sold_on, id FETCH FIRST $3 ROWS ONLY`,
    [last?.soldOn ?? "-infinity", last?.id ?? 0, size],
  );
  return result.all();
};

await check("12.4", () => ({ url: workbook.url, nextPage }));
