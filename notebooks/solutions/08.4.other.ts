// One statement: the server counts.
const counts: (session: Session) => Promise<{ name: string; toys: number }[]> = async (
  session,
) => {
  const sql =
    `SELECT users.name, (SELECT count(*)::integer FROM user_toy WHERE user_id = users.id) AS toys
    FROM users ORDER BY name`;
  return (await session.execute<{ name: string; toys: number }>(sql)).all();
};

await check("08.4", () => ({ url: workbook.url, counts }));
