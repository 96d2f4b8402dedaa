// The pair is compared in index order, so each page begins where the previous one ended, ties included.
type Last = { soldOn: string; id: number } | null;
const nextPage: (
  connection: Connection,
  last: Last,
  size: number,
) => Promise<{ id: number; soldOn: string }[]> = async (connection, last, size) => {
  const page = 'SELECT id, sold_on AS "soldOn" FROM sales';
  const result = last === null
    ? await connection.execute<{ id: number; soldOn: string }>(
      `${page} ORDER BY sold_on, id LIMIT $1`,
      [size],
    )
    : await connection.execute<{ id: number; soldOn: string }>(
      `${page} WHERE (sold_on, id) > ($1, $2) ORDER BY sold_on, id LIMIT $3`,
      [last.soldOn, last.id, size],
    );
  return result.all();
};

await check("12.4", () => ({ url: workbook.url, nextPage }));
